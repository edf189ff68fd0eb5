"""Doing what a reply or a key says, and what came of it in one honest sentence."""

from dataclasses import dataclass

import structlog

from api import answer_merged
from api.answer_page import NOT_ACKNOWLEDGED, NOT_KEPT, NOT_RESOLVED, RECORDED, Reader, outcome
from api.answer_verbs import do
from api.gateway import BeyondRetention, Gateway, NoSuchAlert, NotConfirmed, Unavailable
from api.press import Button
from roust.runtime.links import AnswerToken

log = structlog.get_logger()


@dataclass(frozen=True)
class Deed:
    """What came of it. `settled`: asking again would change nothing; False: it was not done, and may be later.
    `good`: it was done. `wrong`: it was nothing that can be done."""

    said: str
    settled: bool
    good: bool = False
    wrong: bool = False


async def deed(gateway: Gateway, verb: Button, alert: str, step: int, via: str, reader: Reader, page: str = "") -> Deed:
    """Do `verb` for the reader, who heard of `step`; with `page`, acknowledge all that the merged page told of.
    Never raises for what Temporal or the alert says."""
    done = await _together(gateway, alert, page, via, reader) if page else None
    done = done or await _done(gateway, verb, alert, step, via, reader)
    log.info("audit", by=reader.user, via=via, role="responder", alert=alert, verb=verb.value, said=done.said)
    return done


async def _together(gateway: Gateway, alert: str, page: str, via: str, reader: Reader) -> Deed | None:
    """None: the page is not on record, and its worst alert is answered alone."""
    answer = AnswerToken(alert, reader.user, reader.now, page)
    said = await answer_merged.press(gateway, answer, reader, Button.ACKNOWLEDGE, "", via)
    return Deed(said.text, said.status != 503, said.tone == "good") if said is not None else None


async def _done(gateway: Gateway, verb: Button, alert: str, step: int, via: str, reader: Reader) -> Deed:
    try:
        if verb is Button.ESCALATE:
            said = await do(gateway, AnswerToken(alert, reader.user, reader.now), verb, str(step), reader)
            return Deed(said.text, said.status != 503, said.tone == "good")
        act = gateway.acknowledge if verb is Button.ACKNOWLEDGE else gateway.resolve
        became = await act(alert, reader.user, via)
    except NotConfirmed:
        return Deed(RECORDED.text, True, True)
    except Unavailable:
        return Deed((NOT_ACKNOWLEDGED if verb is Button.ACKNOWLEDGE else NOT_RESOLVED).text, False)
    except (BeyondRetention, NoSuchAlert):
        return Deed(NOT_KEPT.text, True)
    try:
        standing = await gateway.standing(alert)
    except (Unavailable, BeyondRetention, NoSuchAlert):
        return Deed("Recorded." if became.accepted else f"Refused: {became.reason}.", True, became.accepted)
    return Deed(outcome(verb, became, standing, reader).text, True, became.accepted)
