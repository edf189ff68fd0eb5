"""What became of a text or a call: `POST /in/twilio/status/{token}`, counted, logged, and noted where it failed."""

import re
from collections.abc import Mapping
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from prometheus_client import Counter

from api.gateway import BeyondRetention, Gateway, NoSuchAlert, Refused, Unavailable
from api.twilio.inbox import Inbox
from api.twilio.signature import FromTwilio
from api.twilio.voice import replies_of
from roust.domain.tally import PROVIDER
from roust.runtime.links import BadLink
from roust.runtime.replies import Delivery

log = structlog.get_logger()

DELIVERIES = Counter(
    "roust_deliveries",
    "What a provider told later of messages that it had taken, by channel and its own word.",
    ["channel", "status"],
)

_GOOD = frozenset({"delivered", "completed", "sent", "read"})
_BAD = {
    "undelivered": "was not delivered",
    "failed": "failed",
    "busy": "met a busy line",
    "no-answer": "was not answered",
    "canceled": "was cancelled",
}
_UNDER_WAY = frozenset({"accepted", "scheduled", "queued", "sending", "initiated", "ringing", "in-progress"})
router = APIRouter(prefix="/in/twilio", include_in_schema=False)


@router.post("/status/{token}")
async def status(request: Request, token: str, fields: Annotated[Mapping[str, str], Depends(FromTwilio())]) -> Response:
    """204, whatever it says: Twilio has nothing to do about it."""
    inbox: Inbox = request.app.state.twilio
    word = fields.get("MessageStatus") or fields.get("CallStatus") or ""
    sid = fields.get("MessageSid") or fields.get("CallSid") or ""
    try:
        delivery = replies_of(request).read_status(token)
    except BadLink as error:
        log.warning("delivery refused", why=str(error))
        return Response(status_code=204)
    if word not in _GOOD | _BAD.keys() | _UNDER_WAY or f"{sid}/{word}" in inbox.seen:
        log.warning("delivery refused", why="it came before, or says nothing", alert=delivery.alert)
        return Response(status_code=204)
    inbox.seen.add(f"{sid}/{word}")
    DELIVERIES.labels(delivery.channel, word).inc()
    error_code = fields.get("ErrorCode", "")
    code = error_code if re.fullmatch(r"[0-9]{1,6}", error_code) else ""
    log.info(
        "delivery",
        status=word,
        code=code,
        alert=delivery.alert,
        user=delivery.user,
        contact=delivery.contact,
        channel=delivery.channel,
    )
    if word in _BAD:
        await _note(request.app.state.gateway, delivery, word, code)
    return Response(status_code=204)


async def _note(gateway: Gateway, delivery: Delivery, word: str, code: str) -> None:
    what = "call" if delivery.channel == "voice" else "text"
    text = f"The {what} to {delivery.user} by {delivery.contact} {_BAD[word]}{f' (Twilio {code})' if code else ''}."
    try:
        await gateway.note(delivery.alert, PROVIDER, text)
    except (Refused, Unavailable, NoSuchAlert, BeyondRetention) as error:
        # It is in the log and the metric; the page's own outcome stands in the timeline already.
        log.warning("delivery not noted", why=str(error), alert=delivery.alert)
