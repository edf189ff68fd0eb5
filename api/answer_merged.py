"""The answer page of a merged page: all the alerts that it told of, and one button for them."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from api.answer_buttons import PAGING
from api.answer_page import CANNOT_LOOK, EXPIRED, NOT_ACKNOWLEDGED, NOT_KEPT, Again, Outcome, Reader, render
from api.answer_page import render_merged as page
from api.answer_verbs import acknowledged, do
from api.gateway import BeyondRetention, Gateway, NoSuchAlert, NoSuchPage, Unavailable
from api.press import Button, Doubt
from roust.domain.alert import AlertState
from roust.runtime.links import AnswerToken, Links
from workflows.messages import Standing, parse_alert_id

SHOWN = 20
"""Alerts that the page names; it counts the others."""
YOUNG = timedelta(seconds=10)
"""A page as young as this may be recorded in a moment."""
WORST_ONLY = Outcome("Roust has no list of this page's alerts; this is the worst of them, and answered alone.", "wait")
RECORDED_WITHIN = CONFIRM_WITHIN = 2.0
_AT_ONCE = 32


@dataclass(frozen=True)
class Shown:
    """What the page says first, and the page."""

    said: Outcome | None
    body: str


@dataclass(frozen=True)
class Listed:
    """One alert as the page names it: where it stands, and the link that answers for it alone."""

    alert: str
    standing: Standing | None
    state: str
    href: str


class Together:
    """The alerts of one merged page as they stand now; None: no longer kept."""

    def __init__(self, service: str, standings: dict[str, Standing | None]) -> None:
        self.service = service
        self.standings = standings

    @property
    def paging(self) -> list[str]:
        return [alert for alert, it in self.standings.items() if it is not None and it.state in PAGING]

    @property
    def over(self) -> bool:
        return all(it is None or it.state is AlertState.RESOLVED for it in self.standings.values())

    @property
    def kept(self) -> bool:
        return any(self.standings.values())

    def said(self) -> Outcome | None:
        """How many of them still page, where not all do."""
        left, all_ = len(self.paging), len(self.standings)
        if left == all_:
            return None
        states = [it.state.value if it is not None else "no longer kept" for it in self.standings.values()]
        count = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
        still = f"{left} of {all_} still page" if left else "None of them pages any more"
        return Outcome(f"{still}: {count}.", "wait" if left else "news")


async def look(
    gateway: Gateway,
    answer: AnswerToken,
    reader: Reader,
    links: Links,
    expired: bool,
    said: Outcome | None = None,
    again: Again | None = None,
) -> Shown | None:
    """The page of all its alerts. None: it is not on record, and its worst alert must stand for it."""
    try:
        storm = await _together(gateway, answer, reader)
    except NoSuchPage:
        return None
    except Unavailable:
        seen = said if said is not None and again is None else CANNOT_LOOK
        return Shown(seen, render(seen, reader, buttons=True))
    if not storm.kept or (storm.over and expired):
        gone = EXPIRED if storm.kept else NOT_KEPT
        return Shown(gone, render(gone))
    said = said or storm.said()
    listed = [
        Listed(alert, standing, _state(standing, reader), links.answer_url(alert, answer.user))
        for alert, standing in list(storm.standings.items())[:SHOWN]
    ]
    others = await _others(gateway, storm)
    body = page(said, reader, storm.service, listed, len(storm.standings), len(storm.paging), others, again)
    return Shown(said, body)


async def press(
    gateway: Gateway, answer: AnswerToken, reader: Reader, button: Button, text: str, via: str = "link"
) -> Outcome | None:
    """What came of a press. None: the page is not on record, and the press is about its worst alert."""
    try:
        storm = await _together(gateway, answer, reader)
        if button is Button.ACKNOWLEDGE:
            return await _acknowledge(gateway, answer, reader, storm, via)
    except NoSuchPage:
        return None
    except Unavailable:
        return NOT_ACKNOWLEDGED
    if button is Button.ACKNOWLEDGE_ALL:
        return await do(gateway, answer, button, text, reader)
    return Outcome(Doubt.NO_BUTTON, "wait", 400)


async def _acknowledge(gateway: Gateway, answer: AnswerToken, reader: Reader, storm: Together, via: str) -> Outcome:
    """All that still page: held, snoozed and suppressed alerts, and those that somebody has, stay as they are."""
    if not storm.paging:
        return storm.said() or Outcome(Doubt.NO_BUTTON, "wait", 400)
    told = await gateway.acknowledge_each(storm.paging, answer.user, via)
    if told.failed:
        count = len(told.acknowledged)
        words = f"{count} acknowledged, {len(told.failed)} NOT: they could not be told. Press again."
        return Outcome(words, "bad", 503)
    confirmed = await _confirmed(gateway, told.acknowledged)
    return acknowledged(len(told.acknowledged), storm.service, confirmed, reader)


async def _confirmed(gateway: Gateway, alerts: list[str]) -> bool:
    """Whether none of `alerts` pages any more, within 2 s. The acknowledge is on record whatever this finds."""
    left = alerts
    try:
        async with asyncio.timeout(CONFIRM_WITHIN):
            while left := Together("", await _standings(gateway, left)).paging:  # noqa: ASYNC110 - Temporal has no event
                await asyncio.sleep(0.1)
    except (TimeoutError, Unavailable):
        return False
    return True


async def _together(gateway: Gateway, answer: AnswerToken, reader: Reader) -> Together:
    ref = parse_alert_id(answer.alert)
    if ref is None:
        raise NoSuchPage("there is no such page")
    service = ref.workflow_id.split("/")[1]
    alerts = await _recorded(gateway, service, answer, reader)
    return Together(service, await _standings(gateway, alerts))


async def _recorded(gateway: Gateway, service: str, answer: AnswerToken, reader: Reader) -> list[str]:
    end = asyncio.get_running_loop().time() + RECORDED_WITHIN
    while True:
        try:
            return await gateway.page_alerts(service, answer.page)
        except NoSuchPage:
            now = asyncio.get_running_loop().time()
            if now >= end or not reader.now - answer.made_at < YOUNG:
                raise
        await asyncio.sleep(0.1)


async def _standings(gateway: Gateway, alerts: Iterable[str]) -> dict[str, Standing | None]:
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(alert: str) -> tuple[str, Standing | None]:
        async with places:
            try:
                return alert, await gateway.standing(alert)
            except (NoSuchAlert, BeyondRetention):
                return alert, None

    return dict(await asyncio.gather(*(one(alert) for alert in alerts)))


async def _others(gateway: Gateway, storm: Together) -> int:
    """How many alerts of the service page in all, when that is more than this page can be about."""
    try:
        count = await gateway.paging(storm.service)
    except Unavailable:
        return 0
    return count if count > len(storm.standings) else 0


def _state(standing: Standing | None, reader: Reader) -> str:
    if standing is None:
        return "no longer kept"
    if standing.owner is not None and standing.state is AlertState.ACKNOWLEDGED:
        return f"{'you have' if standing.owner == reader.user else reader.name(standing.owner) + ' has'} it"
    return standing.state.value
