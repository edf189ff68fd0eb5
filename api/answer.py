"""The answer page behind the link in each page: looking never changes anything, pressing a button does."""

from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api import answer_merged
from api.answer_page import (
    CANNOT_LOOK,
    EXPIRED,
    NO_SUCH_PAGE,
    NOT_ACKNOWLEDGED,
    NOT_KEPT,
    NOT_RESOLVED,
    PAGE_HEADERS,
    RECORDED,
    Again,
    Outcome,
    Reader,
    outcome,
    over,
    render,
)
from api.answer_verbs import do, how_many_page
from api.gateway import BeyondRetention, Gateway, NoSuchAlert, NotConfirmed, Unavailable
from api.press import Button, Confirmations, Doubt, read_press
from roust.domain.alert import AlertState
from roust.domain.directory import Directory
from roust.runtime.clock import CLOCK
from roust.runtime.links import AnswerToken, BadLink, Links
from workflows.messages import AlertView

LINK_LIFE = timedelta(hours=72)
"""A link lives as long as the alert, and at least so long."""

router = APIRouter(include_in_schema=False)


@router.api_route("/a/{token}", methods=["GET", "HEAD"])
async def look(request: Request, token: str) -> HTMLResponse:
    """The alert as it stands, with the buttons while it is open."""
    answer = _read(request, token)
    return _page(NO_SUCH_PAGE) if answer is None else await _look(request, answer)


@router.post("/a/{token}")
async def press(request: Request, token: str) -> HTMLResponse:
    """A pressed button does what it says; anything else changes nothing and shows the page."""
    answer = _read(request, token)
    if answer is None:
        return _page(NO_SUCH_PAGE)
    request.state.audit = {"by": answer.user, "shown": "link", "role": "responder", "alert": answer.alert}
    directory = _directory(request)
    confirmations = Confirmations(_keys(directory))
    hosts = {request.headers.get("host", "").lower(), urlsplit(directory.url).netloc.lower()}
    pressed = read_press(request.headers, await request.body(), hosts, token, confirmations)
    match pressed.doubt:
        case None if pressed.button is not None:
            return await _act(request, answer, pressed.button, pressed.said)
        case Doubt.OTHER_SITE:
            return _page(Outcome(Doubt.OTHER_SITE, "bad", 403))
        case Doubt.NOT_BY_HAND if pressed.button is not None:
            again = Again(pressed.button, confirmations.make(token, pressed.button, pressed.said), pressed.said)
            return await _look(request, answer, Outcome(Doubt.NOT_BY_HAND, "wait"), again)
        case _:
            return await _look(request, answer, Outcome(Doubt.NO_BUTTON, "wait", 400))


async def _look(
    request: Request,
    answer: AnswerToken,
    said: Outcome | None = None,
    again: Again | None = None,
) -> HTMLResponse:
    reader = _reader(request, answer)
    if answer.page:
        expired, links = _expired(answer, reader), _links(request)
        if merged := await answer_merged.look(_gateway(request), answer, reader, links, expired, said, again):
            return _page(merged.said, merged.body)
        said = said or answer_merged.WORST_ONLY
    try:
        alert = await _gateway(request).view(answer.alert)
    except Unavailable:
        # Temporal may be back by the time the button is pressed.
        seen = said if said is not None and again is None else CANNOT_LOOK
        return _page(seen, render(seen, reader, buttons=True))
    except (BeyondRetention, NoSuchAlert):
        return _page(NOT_KEPT)
    if alert.state is AlertState.RESOLVED:
        return _over(alert, answer, reader, said.status if said is not None else 200)
    if said is None:
        said = _standing(alert, reader)
    if again is not None:
        return _page(said, render(said, reader, alert, buttons=True, again=again))
    return await _open(request, said, reader, alert)


async def _open(request: Request, said: Outcome | None, reader: Reader, alert: AlertView) -> HTMLResponse:
    """The page of an open alert, with all its buttons."""
    paging = await how_many_page(_gateway(request), alert)
    return _page(said, render(said, reader, alert, buttons=True, paging=paging))


async def _act(request: Request, answer: AnswerToken, button: Button, text: str) -> HTMLResponse:
    gateway, reader = _gateway(request), _reader(request, answer)
    if answer.page and (said := await answer_merged.press(gateway, answer, reader, button, text)):
        return await _look(request, answer, said)
    if button in (Button.ACKNOWLEDGE, Button.RESOLVE):
        return await _answer(request, answer, button)
    try:
        said = await do(gateway, answer, button, text, reader)
    except (BeyondRetention, NoSuchAlert):
        return _page(NOT_KEPT)
    return await _look(request, answer, said)


async def _answer(request: Request, answer: AnswerToken, button: Button) -> HTMLResponse:
    gateway, reader = _gateway(request), _reader(request, answer)
    verb = gateway.acknowledge if button is Button.ACKNOWLEDGE else gateway.resolve
    try:
        became = await verb(answer.alert, answer.user, "link")
    except Unavailable:
        failed = NOT_ACKNOWLEDGED if button is Button.ACKNOWLEDGE else NOT_RESOLVED
        return _page(failed, render(failed, reader, buttons=True))
    except NotConfirmed:
        return _page(RECORDED, render(RECORDED, reader))
    except (BeyondRetention, NoSuchAlert):
        return _page(NOT_KEPT)
    try:
        alert = await gateway.view(answer.alert)
    except (Unavailable, BeyondRetention):
        done = "Recorded." if became.accepted else f"Refused: {became.reason}."
        return _page(Outcome(done, "good" if became.accepted else "bad"))
    if not became.accepted and alert.state is AlertState.RESOLVED and _expired(answer, reader):
        return _page(EXPIRED)
    said = outcome(button, became, alert, reader)
    if alert.state is AlertState.RESOLVED:
        return _page(said, render(said, reader, alert))
    return await _open(request, said, reader, alert)


def _standing(alert: AlertView, reader: Reader) -> Outcome | None:
    """Who has it, where somebody does; until when nobody is paged."""
    if alert.state is AlertState.SNOOZED and alert.next_due is not None:
        who = "you" if alert.owner == reader.user else reader.name(alert.owner or "somebody")
        return Outcome(f"Snoozed by {who} until {reader.at(alert.next_due)}.", "news")
    if alert.owner is None or alert.acknowledged_at is None:
        return None
    since = reader.at(alert.acknowledged_at)
    if alert.owner == reader.user:
        return Outcome(f"You have had it since {since}.", "good")
    return Outcome(f"{reader.name(alert.owner)} has had it since {since}.", "news")


def _over(alert: AlertView, answer: AnswerToken, reader: Reader, status: int) -> HTMLResponse:
    if _expired(answer, reader):
        return _page(EXPIRED)
    said = Outcome(over(alert, reader), "news", status)
    return _page(said, render(said, reader, alert))


def _expired(answer: AnswerToken, reader: Reader) -> bool:
    return reader.now - answer.made_at > LINK_LIFE


def _read(request: Request, token: str) -> AnswerToken | None:
    directory = _directory(request)
    keys = _keys(directory)
    if not keys:
        return None
    try:
        return Links(keys, directory.url).read(token)
    except BadLink:
        return None


def _page(said: Outcome | None, body: str | None = None) -> HTMLResponse:
    status = said.status if said is not None else 200
    headers = PAGE_HEADERS | ({"Retry-After": "5"} if status == 503 else {})
    return HTMLResponse(render(said) if body is None else body, status, headers)


def _reader(request: Request, answer: AnswerToken) -> Reader:
    return Reader(answer.user, _directory(request), CLOCK.now())


def _links(request: Request) -> Links:
    directory = _directory(request)
    return Links(_keys(directory), directory.url)


def _keys(directory: Directory) -> list[str]:
    return [key.get_secret_value() for key in directory.link_keys if key.get_secret_value()]


def _directory(request: Request) -> Directory:
    directory: Directory = request.app.state.directory.directory
    return directory


def _gateway(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway
