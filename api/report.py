"""The report over HTTP: was it worth it."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from api.alerts import Reader, gateway_of
from api.errors import Declined
from roust.domain.duration import parse_duration, told_duration

router = APIRouter(prefix="/v1/report", tags=["report"])

LONGEST = timedelta(days=366)


@router.get("")
async def show_report(
    request: Request, caller: Reader, since: Annotated[str, Query(max_length=32)] = "7d"
) -> JSONResponse:
    """Of the alerts that closed in the last 7 days, or in `since`: pages, nights, time to acknowledge, and what
    nobody acts upon. Open alerts are not in it; nor is what the server no longer keeps."""
    return JSONResponse((await gateway_of(request).report(_length(since))).model_dump(mode="json"))


def _length(since: str) -> timedelta:
    try:
        length = parse_duration(since)
    except ValueError as wrong:
        raise _wrong(str(wrong)) from None
    if not timedelta(0) < length <= LONGEST:
        raise _wrong(f"from 1s to {told_duration(LONGEST)}")
    return length


def _wrong(why: str) -> Declined:
    return Declined(422, "invalid", f"since: {why}", [{"field": "since", "message": why}])
