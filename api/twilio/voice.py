"""Keys pressed in a call: `POST /in/twilio/voice/{token}`, answered by voice with who has it."""

from collections.abc import Mapping
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from activities.channels import twiml
from activities.channels.gsm import plain
from api.answer_page import Reader
from api.errors import Declined
from api.gateway import BeyondRetention, Gateway, NoSuchAlert, Unavailable
from api.press import Button
from api.twilio.deeds import deed
from api.twilio.inbox import Inbox
from api.twilio.signature import FromTwilio
from roust.domain.directory import Directory
from roust.runtime.clock import CLOCK
from roust.runtime.links import BadLink
from roust.runtime.replies import Called, Replies

log = structlog.get_logger()

_BUTTONS = {
    "acknowledge": Button.ACKNOWLEDGE,
    "escalate": Button.ESCALATE,
    "resolve": Button.RESOLVE,
}
NOT_A_KEY = "That key means nothing here."
NO_CALL = "This call is too old to answer by, and nothing was changed. Goodbye."
BEFORE = "That key was pressed before in this call. Goodbye."

router = APIRouter(prefix="/in/twilio", include_in_schema=False)


def replies_of(request: Request) -> Replies:
    """Codes and callbacks under the keys in force. 403 when there are none."""
    directory: Directory = request.app.state.directory.directory
    keys = [key.get_secret_value() for key in directory.link_keys if key.get_secret_value()]
    if not keys:
        raise Declined(403, "forbidden", "there are no link_keys")
    return Replies(keys, directory.url)


@router.post("/voice/{token}")
async def voice(request: Request, token: str, fields: Annotated[Mapping[str, str], Depends(FromTwilio())]) -> Response:
    """4 acknowledges, 5 escalates, 6 resolves, `*` says it again. Any other key changes nothing. In a call
    about several alerts, 4 acknowledges them all, and 5 and 6 are no keys."""
    replies = replies_of(request)
    try:
        called = replies.read_call(token)
    except BadLink as error:
        log.warning("key refused", why=str(error))
        return _twiml(twiml.say(NO_CALL))
    gateway: Gateway = request.app.state.gateway
    action, together = replies.call_url(called.alert, called.user, called.step, called.page), bool(called.page)
    key = fields.get("Digits", "")
    if key == twiml.AGAIN:
        return _twiml(twiml.again(await _words(gateway, called), action, together))
    button = _BUTTONS.get(twiml.KEYS.get(key, ""))
    if button is None or (together and button is not Button.ACKNOWLEDGE):
        log.warning("key refused", why="it means nothing", alert=called.alert, user=called.user)
        return _twiml(twiml.again(NOT_A_KEY, action, together))
    pressed = f"{fields.get('CallSid', '')}/{key}"
    inbox: Inbox = request.app.state.twilio
    if pressed in inbox.seen:
        log.warning("key refused", why="it was pressed before", alert=called.alert, user=called.user)
        return _twiml(twiml.say(BEFORE))
    inbox.seen.add(pressed)
    reader = Reader(called.user, request.app.state.directory.directory, CLOCK.now())
    done = await deed(gateway, button, called.alert, called.step, "voice", reader, called.page)
    if not done.settled:
        inbox.seen.forget(pressed)
    said = plain(done.said)
    return _twiml(twiml.say(f"{said} Goodbye.") if done.settled else twiml.again(said, action, together))


async def _words(gateway: Gateway, called: Called) -> str:
    try:
        now = await gateway.standing(called.alert)
    except (Unavailable, NoSuchAlert, BeyondRetention):
        return "The alert cannot be read just now."
    return twiml.spoken(now.priority.value, now.service, now.summary)


def _twiml(text: str) -> Response:
    return Response(text, media_type="application/xml")
