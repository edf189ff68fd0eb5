"""The buttons of push messages: a POST that carries its own signed proof in the body. Nothing but a press sends it."""

from typing import Annotated
from urllib.parse import parse_qs

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from api.access import Rule
from api.answer_page import Reader
from api.errors import Declined, error_response
from api.gateway import Gateway
from api.press import FORM, MOST_FORM, Button
from api.pressing import PRESSED, pressed
from roust.domain.directory import Directory
from roust.runtime.clock import CLOCK
from roust.runtime.links import AnswerToken
from roust.runtime.presses import BadPress, Presses, PressToken

log = structlog.get_logger()

router = APIRouter(include_in_schema=False)

_ANY_PAGE = {"Access-Control-Allow-Origin": "*"}
"""ntfy's web app lives on another site and must hear what came of it. No cookie is involved: whoever can send
the token may."""


class SignedPress(Rule):
    """The body's `press` is a token that we signed: 401 when it is not, the same for every reason."""

    rule = "signed press"

    async def __call__(self, request: Request) -> tuple[PressToken, Button]:
        fields = _fields(request.headers.get("content-type", ""), await request.body())
        directory: Directory = request.app.state.directory.directory
        keys = [key.get_secret_value() for key in directory.link_keys if key.get_secret_value()]
        try:
            token = Presses(keys, directory.url).read(fields.get("press", ""))
        except (BadPress, ValueError) as error:
            log.warning("press refused", why=str(error))
            raise Declined(401, "unauthorized", "this button is none of ours", headers=_ANY_PAGE) from None
        button = next((button for button in PRESSED if button.value == fields.get("answer")), None)
        if button is None:
            known = ", ".join(button.value for button in PRESSED)
            raise Declined(422, "invalid", f"answer: must be one of {known}", headers=_ANY_PAGE)
        return token, button


@router.post("/press")
async def press(request: Request, given: Annotated[tuple[PressToken, Button], Depends(SignedPress())]) -> Response:
    """200 it is done, 202 it is recorded; 409, 410 and 503 with the reason: the app shows that it failed."""
    token, button = given
    request.state.audit = {"by": token.user, "shown": "press", "role": "responder", "alert": token.alert}
    gateway: Gateway = request.app.state.gateway
    reader = Reader(token.user, request.app.state.directory.directory, CLOCK.now())
    answer = AnswerToken(token.alert, token.user, token.made_at)
    came = await pressed(gateway, answer, button, token.step, "push", reader)
    if came.status < 400:
        return JSONResponse({"outcome": came.text}, came.status, _ANY_PAGE)
    retry = {"Retry-After": "5"} if came.status == 503 else {}
    return error_response(Declined(came.status, "refused", came.text, headers=_ANY_PAGE | retry))


def _fields(content_type: str, body: bytes) -> dict[str, str]:
    if content_type.partition(";")[0].strip().lower() != FORM or len(body) > MOST_FORM:
        raise Declined(415, "unsupported_media_type", f"a press is {FORM}", headers=_ANY_PAGE)
    try:
        parsed = parse_qs(body.decode("ascii", "replace"), max_num_fields=8)
    except ValueError:
        return {}
    return {name: values[0] for name, values in parsed.items() if len(values) == 1}
