"""Presses of buttons in Slack: whose they are, what they answer, and a word back to whoever pressed."""

import asyncio
import json
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.background import BackgroundTask

from activities.channels.http import post
from activities.channels.slack_blocks import ACTION, escaped
from api.answer_page import Outcome, Reader
from api.errors import Declined, error_response, unavailable
from api.gateway import Gateway
from api.intake.slack_signature import SlackSigned
from api.press import FORM, Button
from api.pressing import PRESSED, is_over, pressed
from roust.domain.directory import Directory
from roust.runtime.clock import CLOCK
from roust.runtime.links import AnswerToken
from roust.runtime.presses import BadPress, Presses, PressToken

log = structlog.get_logger()

router = APIRouter(prefix="/in/slack", include_in_schema=False)

ANSWER_WITHIN = 2.5
"""Seconds; Slack waits 3."""
TELL_WITHIN = 5.0
_SLACKS_OWN = "https://hooks.slack.com"
_STRANGER = (
    "Nothing was changed: Roust does not know you. Ask whoever keeps its configuration to add a contact with your "
    "Slack member ID to your user."
)
_NOT_OURS = "Nothing was changed: this button is none of ours, or too old."
_UNKNOWN_YET = Outcome("Not known yet whether it was recorded: look at the alert before you rely on it.", "wait", 503)


@router.post("/interactions")
async def interactions(request: Request, body: Annotated[bytes, Depends(SlackSigned())]) -> Response:
    """A signed interaction. 200 only after what was pressed is durable or refused for good; what came of it
    goes to the presser alone. 503 where it could not be done, so that Slack shows that it failed."""
    payload = _payload(request.headers.get("content-type", ""), body)
    directory: Directory = request.app.state.directory.directory
    button, value = _button(payload)
    if button is None:
        return JSONResponse({})  # a link, or another's: opening one is no answer
    back = _Back(directory, payload)
    presser = str(_at(payload, "user", "id"))
    user = next((name for name, user in directory.users.items() if presser in _slack_ids(user.contacts.values())), None)
    if user is None:
        log.warning("slack interaction of somebody unknown", button=button.value)
        return JSONResponse({}, background=BackgroundTask(back.tell, _STRANGER))
    token = _token(directory, value)
    if token is None:
        return JSONResponse({}, background=BackgroundTask(back.tell, _NOT_OURS))
    request.state.audit = {"by": user, "shown": "slack", "role": "responder", "alert": token.alert}
    back.alert = token.alert
    gateway: Gateway = request.app.state.gateway
    answer = AnswerToken(token.alert, user, token.made_at)
    reader = Reader(user, directory, CLOCK.now())
    work = asyncio.create_task(pressed(gateway, answer, button, token.step, "slack", reader))
    done, _ = await asyncio.wait({work}, timeout=ANSWER_WITHIN)
    background = BackgroundTask(_tell, back, work, gateway, token.alert)
    came = work.result() if done else _UNKNOWN_YET
    if came.status == 503:
        response = error_response(unavailable(came.text))
        response.background = background
        return response
    return JSONResponse({}, background=background)


async def _tell(back: "_Back", work: asyncio.Task[Outcome], gateway: Gateway, alert: str) -> None:
    came = await work
    over = came.status in (409, 410) and await is_over(gateway, alert)
    await back.tell(came.text, instead=over)


class _Back:
    """The way back to one press: Slack's `response_url`, if it is Slack's."""

    def __init__(self, directory: Directory, payload: dict[str, Any]) -> None:
        settings = directory.channels.slack
        self._origins = {_SLACKS_OWN, *([_origin(settings.base_url)] if settings else [])}
        self._url = str(payload.get("response_url") or "")
        self.alert: str | None = None
        self._message = str(_at(payload, "message", "text") or "")

    async def tell(self, text: str, *, instead: bool = False) -> None:
        """Tell the presser alone; `instead`: the message gives way to it, and its buttons with it."""
        said: dict[str, Any] = {"response_type": "ephemeral", "replace_original": False, "text": escaped(text)}
        if instead:
            said = {"replace_original": True, "text": f"{self._message}\n{escaped(text)}".strip()}
        if not self._url:
            return
        if _origin(self._url) not in self._origins:
            log.warning("slack interaction names a foreign response_url; nobody is told", alert=self.alert)
            return
        content = json.dumps(said).encode("ascii")
        try:
            async with asyncio.timeout(TELL_WITHIN):
                transport = httpx2.AsyncHTTPTransport(trust_env=False)
                answered = await post(self._url, content, {"content-type": "application/json"}, transport)
        # The press is done; whoever pressed sees it in the message too.
        except Exception as error:
            log.warning("slack was not told what came of a press", alert=self.alert, error=type(error).__name__)
            return
        if not answered.taken:
            log.warning("slack was not told what came of a press", alert=self.alert, status=answered.status)


def _payload(content_type: str, body: bytes) -> dict[str, Any]:
    if content_type.partition(";")[0].strip().lower() != FORM:
        raise Declined(415, "unsupported_media_type", f"an interaction is {FORM}")
    try:
        [text] = parse_qs(body.decode("utf-8", "replace"), max_num_fields=8).get("payload", [])
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Declined(400, "malformed_json", "the form holds no payload of JSON")
    return found


def _button(payload: dict[str, Any]) -> tuple[Button | None, str]:
    actions = payload.get("actions")
    if payload.get("type") != "block_actions" or not isinstance(actions, list) or not actions:
        return None, ""
    action = actions[0] if isinstance(actions[0], dict) else {}
    name = str(action.get("action_id"))
    found = next((button for button in PRESSED if ACTION + button.value == name), None)
    return found, str(action.get("value") or "")


def _token(directory: Directory, value: str) -> PressToken | None:
    keys = [key.get_secret_value() for key in directory.link_keys if key.get_secret_value()]
    try:
        return Presses(keys, directory.url).read(value)
    except (BadPress, ValueError) as error:
        log.warning("slack interaction with a button that is none of ours", why=str(error))
        return None


def _slack_ids(contacts: Any) -> set[str]:
    return {contact.slack for contact in contacts if contact.slack is not None}


def _at(found: Any, *path: str) -> Any:
    for part in path:
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()
