"""A rehearsal as a person reads it: one line for each message and each event, in order of time."""

from datetime import datetime, timedelta

from rich.table import Table
from rich.text import Text

from roust.cli.terminal import plain
from roust.domain.notice import Moment
from roust.domain.notification import LAST_RESORT, REASSIGNED, Message, MessageKind, Result
from roust.domain.timeline import Entry, Kind
from roust.domain.zones import zone
from worker.rehearsal.outcome import after, seconds
from worker.rehearsal.play import Done, Played
from worker.rehearsal.recording import Sent
from worker.rehearsal.script import (
    Acknowledge,
    Again,
    Deed,
    Escalate,
    Fail,
    Note,
    Reassign,
    Resolve,
    Script,
    Snooze,
    Update,
)

_MOMENT = {Moment.STANDING: "how it stands"}
_FAILED = {Result.SENT: "", Result.REFUSED: ": refused", Result.TRY_AGAIN: ": failed, tried again"}

_HOLD = (Kind.HELD, Kind.RESUMED)


def sheet(script: Script, played: Played) -> Table:
    """Each person's clock is their own; the events go by the clock of `at`."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("AFTER", justify="right", no_wrap=True)
    table.add_column("THEIR CLOCK", no_wrap=True)
    table.add_column("WHO", overflow="fold")
    table.add_column("CONTACT", overflow="fold")
    table.add_column("WHAT", overflow="fold")
    rows = [
        # What followed an event is told after it, and what goes out at one instant by name.
        (
            (after(sent, played), sum(done.sent <= number for done in played.done), 0, sent.message.user),
            _message(sent, played),
        )
        for number, sent in enumerate(played.sent)
    ]
    rows += [
        ((int(done.after.total_seconds()), number, 1, ""), _event(done, script))
        for number, done in enumerate(played.done)
    ]
    rows += [
        ((_seconds(entry, played), 0, -1, ""), _held(entry, script)) for entry in played.timeline if entry.kind in _HOLD
    ]
    for (at, *_), (style, *cells) in sorted(rows):
        table.add_row(f"+{seconds(at)}", *(Text(plain(cell), style) for cell in cells))
    return table


def _message(sent: Sent, played: Played) -> tuple[str, str, str, str, str]:
    message = sent.message
    here = (played.begins + timedelta(seconds=after(sent, played))).astimezone(zone(message.time_zone))
    page = message.kind is MessageKind.PAGE
    # A bare address of a stakeholder group has no user: the contact says which member it is.
    style = "dim" if not page else "red" if sent.result is not Result.SENT else ""
    what = _what(message) + _FAILED[sent.result]
    return style, f"{here:%a %H:%M:%S %Z}", message.user, message.contact, what


def _what(message: Message) -> str:
    match message.kind:
        case MessageKind.PAGE if message.occasion.startswith(LAST_RESORT):
            what = "last resort"
        case MessageKind.PAGE if message.occasion == REASSIGNED:
            what = "reassigned"
        case MessageKind.PAGE:
            what = f"step {message.step}, pass {message.pass_}"
        case MessageKind.RESOLVED:
            return "told that it is over"
        case MessageKind.NOTICE:
            return "; ".join(
                f"notice to {notice.group}: {_MOMENT.get(notice.moment, notice.moment.value)}"
                for notice in message.notices
            )
        case other:
            return other.value
    return what + (f", cycle {message.cycle}" if message.cycle > 1 else "")


def _event(done: Done, script: Script) -> tuple[str, str, str, str, str]:
    here = script.at + done.after
    who, contact, what = _deed(done.deed)
    refused = f": {done.refused}" if done.refused else ""
    return "cyan", _clock(here), who, contact, what + refused


def _clock(here: datetime) -> str:
    offset = here.isoformat()[-6:].replace("+00:00", "UTC")
    return f"{here:%a %H:%M:%S} {offset}"


def _held(entry: Entry, script: Script) -> tuple[str, str, str, str, str]:
    here = entry.at.astimezone(script.at.tzinfo)
    what = f"held: {entry.why}" if entry.why and entry.kind is Kind.HELD else entry.text.rstrip(".")
    return "cyan", _clock(here), "", "", what[:1].lower() + what[1:]


def _seconds(entry: Entry, played: Played) -> int:
    return round((entry.at - played.begins).total_seconds())


def _deed(deed: Deed) -> tuple[str, str, str]:
    match deed:
        case Again():
            return "", "", "triggered again" + (f", {deed.priority}" if deed.priority else "")
        case Acknowledge(by=by):
            return by, "", "acknowledges"
        case Resolve(by=by):
            return by or "", "", "resolves" if by else "resolved by the source"
        case Escalate(by=by):
            return by, "", "escalates"
        case Reassign(by=by):
            return by, "", f"reassigns to {deed.user or f'policy {deed.escalation_policy}'}"
        case Snooze(by=by):
            return by, "", f"snoozes for {seconds(int(deed.length.total_seconds()))}"
        case Note(by=by):
            return by, "", f"notes: {deed.text}"
        case Update(by=by):
            return by, "", f"posts an update: {deed.text}"
        case Fail():
            return deed.user, deed.contact, f"fails from here on ({deed.how.value})"
