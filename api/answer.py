"""The answer page behind the link in each page."""

from fastapi import APIRouter

router = APIRouter()
