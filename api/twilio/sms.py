"""Replies to a text: `POST /in/twilio/sms`, answered in TwiML with who has it."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from activities.channels import twiml
from activities.channels.sms_text import reply_text
from api.answer_page import Reader
from api.gateway import Gateway, Unavailable
from api.listing import PAGING
from api.press import Button
from api.twilio.deeds import Deed, deed
from api.twilio.inbox import Inbox
from api.twilio.open_alerts import Meant, by_code, by_number
from api.twilio.reply import Reply, for_the_carrier, read_reply
from api.twilio.signature import FromTwilio
from roust.domain.directory import Directory
from roust.runtime.clock import CLOCK
from roust.runtime.replies import Replies

log = structlog.get_logger()

LOOK_AGAIN = 1.0
"""Seconds: lists of alerts lag."""
_AT_ONCE = 16
_SHOWN = 3

HELP = "Reply ack, resolve or escalate and the code of the text, like: ack K3X9QM. For all at once: ack all."
STRANGER = "Roust does not know this number, and nothing was changed."
UNKNOWN = "No open alert of yours has this code, and nothing was changed. Compare it with the text, or open the link."
NOTHING_OPEN = "Nothing is open that was sent to this number. If a text came just now, reply with its code."
TOO_MANY = "Too many alerts are open to tell which one you mean. Reply with the code of a text, like: ack K3X9QM."
MORE = " More may be open: reply again."
ENOUGH = "Too many replies that mean nothing: open the link of a text, or wait ten minutes."
AWAY = "Nothing was changed: Temporal cannot be reached; escalation continues. Reply again."

router = APIRouter(prefix="/in/twilio", include_in_schema=False)


@router.post("/sms")
async def sms(request: Request, fields: Annotated[Mapping[str, str], Depends(FromTwilio())]) -> Response:
    """A reply: done, and answered. A reply that came before is answered with nothing."""
    inbox: Inbox = request.app.state.twilio
    name, number, body = fields.get("MessageSid", ""), fields.get("From", ""), fields.get("Body", "")
    directory: Directory = request.app.state.directory.directory
    users = [user for user, it in directory.users.items() if any(c.sms == number for c in it.contacts.values())]
    if not number or not name or name in inbox.seen:
        log.warning("reply refused", why="it came before" if name in inbox.seen else "it says nothing", users=users)
        return _twiml(twiml.empty())
    if for_the_carrier(body):
        log.warning("word for the carrier", word=body.strip().lower()[:20], users=users)
        inbox.seen.add(name)
        return _twiml(twiml.empty())
    if inbox.wrongs.exhausted(number):
        log.warning("reply refused", why="too many wrong ones from this number", users=users)
        return _twiml(twiml.empty())
    # Before it is done: Twilio asks again when an answer is slow.
    inbox.seen.add(name)
    said = await _answered(request.app.state.gateway, directory, users, body)
    if not said.settled:
        inbox.seen.forget(name)
    if said.wrong:
        inbox.wrongs.count(number)
    last = said.wrong and inbox.wrongs.exhausted(number)
    return _twiml(twiml.message(reply_text(ENOUGH if last else said.said)))


def _twiml(text: str) -> Response:
    return Response(text, media_type="application/xml")


async def _answered(gateway: Gateway, directory: Directory, users: Sequence[str], body: str) -> Deed:
    reply = read_reply(body)
    if not users or reply is None:
        log.warning("reply refused", why="nothing of ours" if users else "an unknown number", users=list(users))
        return Deed(HELP if users else STRANGER, True, wrong=True)
    keys = [key.get_secret_value() for key in directory.link_keys if key.get_secret_value()]
    replies = Replies(keys, directory.url)
    try:
        if reply.code is not None:
            return await _coded(gateway, directory, replies, users, reply)
        return await _uncoded(gateway, directory, replies, users, reply)
    except Unavailable:
        log.warning("reply not done", why="Temporal cannot be reached", users=list(users))
        return Deed(AWAY, False)


async def _uncoded(
    gateway: Gateway, directory: Directory, replies: Replies, users: Sequence[str], reply: Reply
) -> Deed:
    found: list[Meant] = []
    more = False
    if reply.verb is Button.ACKNOWLEDGE:
        found, more = await by_number(gateway, users, PAGING)
    if not found:
        found, more = await by_number(gateway, users)
    if reply.all_ and found:
        done = await _all(gateway, directory, found, reply.verb)
        return replace(done, said=done.said + MORE, settled=False) if more else done
    if not found or more or len(found) > 1:
        log.warning("reply refused", why=f"not one alert is open for this number, but {len(found)}", users=list(users))
    if not found:
        return Deed(TOO_MANY if more else NOTHING_OPEN, True)
    if more or len(found) > 1:
        return Deed(_which(found, replies, reply.verb), True)
    return await _one(gateway, directory, found[0], reply.verb)


async def _coded(gateway: Gateway, directory: Directory, replies: Replies, users: Sequence[str], reply: Reply) -> Deed:
    assert reply.code is not None
    for wait in (LOOK_AGAIN, 0):
        meant = await by_code(gateway, replies, reply.code, users, directory)
        if meant is not None:
            return await _one(gateway, directory, meant, reply.verb)
        await asyncio.sleep(wait)
    log.warning("reply refused", why="an unknown code", users=list(users))
    return Deed(UNKNOWN, True, wrong=True)


async def _one(gateway: Gateway, directory: Directory, meant: Meant, verb: Button) -> Deed:
    done = await deed(gateway, verb, meant.alert, meant.step, "sms", _reader(directory, meant))
    return Deed(f"{meant.service}: {done.said}", done.settled, done.good)


async def _all(gateway: Gateway, directory: Directory, found: Sequence[Meant], verb: Button) -> Deed:
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(meant: Meant) -> Deed:
        async with places:
            return await deed(gateway, verb, meant.alert, meant.step, "sms", _reader(directory, meant))

    done = await asyncio.gather(*map(one, found))
    if len(done) == 1:
        return Deed(f"{found[0].service}: {done[0].said}", done[0].settled, done[0].good)
    counted = Counter(each.good for each in done)
    what = {Button.ACKNOWLEDGE: "acknowledged", Button.RESOLVE: "resolved", Button.ESCALATE: "escalated"}[verb]
    services = ", ".join(f"{name} {count}" for name, count in Counter(one.service for one in found).items())
    said = f"{counted[True]} {what} ({services})."
    if counted[False]:
        said += f" {counted[False]} NOT: {next(each.said for each in done if not each.good)}"
    return Deed(said, all(each.settled for each in done), bool(counted[True]))


def _which(found: Sequence[Meant], replies: Replies, verb: Button) -> str:
    word = {Button.ACKNOWLEDGE: "ack", Button.RESOLVE: "resolve", Button.ESCALATE: "escalate"}[verb]
    lines = [f"{word} {replies.code(m.alert, m.user, m.step)} {m.service}: {m.summary[:40]}" for m in found[:_SHOWN]]
    return "\n".join([f"{len(found)} alerts are open. Reply {word} all, or one of:", *lines])


def _reader(directory: Directory, meant: Meant) -> Reader:
    return Reader(meant.user, directory, CLOCK.now())
