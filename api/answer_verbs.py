"""The folded verbs of the answer page: each done as pressed, and what came of it in one honest sentence."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta

from api.answer_buttons import PAGING
from api.answer_page import Outcome, Reader
from api.gateway import Gateway, NoSuchService, NotConfirmed, NoWorker, Refused, Unavailable
from api.press import Button, Doubt
from roust.domain.duration import format_duration
from roust.domain.text import clean, shows
from roust.domain.updates import UPDATE_LENGTH
from roust.domain.verbs import NOTE_LENGTH
from roust.runtime.links import AnswerToken
from workflows.messages import AlertView, Done

LENGTHS = {
    Button.SNOOZE_30M: timedelta(minutes=30),
    Button.SNOOZE_1H: timedelta(hours=1),
    Button.SNOOZE_4H: timedelta(hours=4),
}
PROMISES = {
    Button.UPDATE: None,
    Button.UPDATE_30M: timedelta(minutes=30),
    Button.UPDATE_1H: timedelta(hours=1),
    Button.UPDATE_2H: timedelta(hours=2),
}


async def do(gateway: Gateway, answer: AnswerToken, button: Button, said: str, reader: Reader) -> Outcome:
    """What came of a press; `said` is the step that they saw, or the note
    or update. Raises BeyondRetention, NoSuchAlert."""
    alert, user, now = answer.alert, answer.user, reader.at(reader.now)
    match button:
        case Button.ACKNOWLEDGE_ALL:
            return await _acknowledge_all(gateway, answer, reader)
        case Button.ESCALATE if said.isascii() and said.isdecimal() and len(said) < 4:
            done = f"Escalated by you at {now}: the next step begins."
            return await _outcome(gateway.escalate(alert, user, int(said)), done, "escalated")
        case Button.NOTE:
            return await _note(gateway, answer, said)
        case _ if button in PROMISES:
            return await _update(gateway, answer, said, PROMISES[button], reader)
        case _ if button in LENGTHS:
            length = LENGTHS[button]
            done = f"Snoozed by you for {format_duration(length)}, until {reader.at(reader.now + length)}."
            return await _outcome(gateway.snooze(alert, user, length), done, "snoozed")
        case _:
            return Outcome(Doubt.NO_BUTTON, "wait", 400)


async def how_many_page(gateway: Gateway, alert: AlertView) -> int:
    """How many alerts of the same service page; the page must not wait or fail for it."""
    itself = int(alert.state in PAGING)
    try:
        return max(await gateway.paging(alert.service), itself)
    except Unavailable:
        return itself


async def _outcome(verb: Awaitable[Done], done: str, undone: str, kept: str = "") -> Outcome:
    try:
        await verb
    except Refused as refused:
        return Outcome(f"Refused: {refused}.", "bad", 409, kept)
    except NoWorker:
        return Outcome(f"NOT {undone}: no worker of Roust answers just now. Press again.", "bad", 503, kept)
    except Unavailable:
        return Outcome(f"NOT {undone}: Temporal cannot be reached. Press again.", "bad", 503, kept)
    return Outcome(done, "good")


async def _note(gateway: Gateway, answer: AnswerToken, said: str) -> Outcome:
    text = clean(said.replace("\r\n", "\n").strip())
    if not shows(text):
        return Outcome("Nothing was noted: the note is empty.", "wait", 422)
    if len(text) > NOTE_LENGTH:
        return Outcome(f"NOT noted: a note has at most {NOTE_LENGTH} characters.", "bad", 422, text)
    noted = gateway.note(answer.alert, answer.user, text)
    return await _outcome(noted, "Your note is in the timeline.", "noted", text)


async def _update(
    gateway: Gateway, answer: AnswerToken, said: str, more_in: timedelta | None, reader: Reader
) -> Outcome:
    text = clean(said.replace("\r\n", "\n").strip())
    if not shows(text):
        return Outcome("Nothing was posted: the update is empty.", "wait", 422)
    if len(text) > UPDATE_LENGTH:
        long = f"NOT posted: an update has at most {UPDATE_LENGTH} characters."
        return Outcome(long, "bad", 422, kept_update=text)
    next_ = reader.now + more_in if more_in else None
    promised = f" The next news is promised for {reader.at(next_)}." if next_ else ""
    posted = gateway.post_update(answer.alert, answer.user, text, next_)
    outcome = await _outcome(posted, f"Your update is posted.{promised}", "posted")
    return outcome if outcome.tone == "good" else replace(outcome, kept_update=text)


async def _acknowledge_all(gateway: Gateway, answer: AnswerToken, reader: Reader) -> Outcome:
    """This one for certain, and all that the list, which may lag, knows of its service."""
    mine: set[str] = set()
    confirmed = True
    try:
        service = (await gateway.standing(answer.alert)).service
        try:
            if (await gateway.acknowledge(answer.alert, answer.user, "link")).accepted:
                mine = {answer.alert}
        except NotConfirmed:
            mine, confirmed = {answer.alert}, False
        all_ = await gateway.acknowledge_service(service, answer.user, "link")
    except NoSuchService:
        return acknowledged(len(mine), service, confirmed, reader)
    except Unavailable:
        one = "This one is acknowledged; the others are NOT" if mine else "NOT acknowledged"
        return Outcome(f"{one}: Temporal cannot be reached; escalation continues. Press again.", "bad", 503)
    mine |= set(all_.acknowledged)
    if failed := len(all_.failed.keys() - mine):
        return Outcome(f"{len(mine)} acknowledged, {failed} NOT: they could not be told. Press again.", "bad", 503)
    return acknowledged(len(mine), service, confirmed, reader)


def acknowledged(count: int, service: str, confirmed: bool, reader: Reader) -> Outcome:
    """That so many alerts of `service` were acknowledged; not `confirmed`: on record only."""
    what = f"{count} alert{'s' * (count != 1)} of {service}"
    if not confirmed:
        return Outcome(
            f"Recorded for {what}, not yet confirmed: Roust acts on it as soon as a worker runs.", "wait", 202
        )
    return Outcome(f"Acknowledged by you at {reader.at(reader.now)}: {what}. Escalation has stopped.", "good")
