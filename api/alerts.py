"""Alerts over HTTP: lists, one with its timeline, the verbs."""

from fastapi import APIRouter

router = APIRouter()
