"""Health: whether this process can accept, and what is degraded."""

from fastapi import APIRouter

router = APIRouter()
