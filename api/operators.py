"""Telling the operators that Roust itself is in trouble: by the channels directly, through no workflow."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from prometheus_client import Counter

from activities.channels.channel import DEADLINE, Channel
from activities.text import provider_words
from roust.domain.alert import AlertState, AlertText, Priority
from roust.domain.directory import Directory
from roust.domain.errors import Refused
from roust.domain.notification import Message, MessageKind
from roust.domain.recipients import recipients
from roust.domain.watch import Sighting, Verdict, sentence

log = structlog.get_logger()

_NOTE = "There is nothing to acknowledge: Roust tells you this beside all escalation."

TOLD = Counter("roust_operators_told", "Messages to operators about Roust itself, by what became of them.", ["result"])


class Operators:
    """Reaches each operator by every contact they have: who keeps the pager running gets no quiet hours."""

    def __init__(self, directory: Callable[[], Directory], channels: Mapping[str, Channel]) -> None:
        self._directory = directory
        self._channels = channels

    async def tell(self, verdict: Verdict, at: datetime) -> bool:
        """Tell what is wrong now and what is over. False: somebody should have heard and nobody did."""
        reached = True
        if verdict.tell:
            reached = await self._send(MessageKind.PAGE, verdict.tell, at)
        if verdict.over:
            # That it is over is a courtesy: not worth trying again.
            await self._send(MessageKind.RESOLVED, verdict.over, at)
        return reached

    async def _send(self, kind: MessageKind, sightings: tuple[Sighting, ...], at: datetime) -> bool:
        directory = self._directory()
        found, problems = recipients(directory.operators, directory, at)
        for problem in problems:
            log.error("an operator cannot be told", reason=problem)
        text = _text(kind, sightings, at)
        sends = [
            self._attempt(self._message(kind, text, at, one.user, contact))
            for one in found
            for contact, way in directory.users[one.user].contacts.items()
            # Nobody is called to hear that it is over (rule 8).
            if not (kind is MessageKind.RESOLVED and way.kind == "voice")
        ]
        if not sends:
            log.error("nobody to tell: `operators` names no one who can be reached", about=text.summary)
            return True
        return any(await asyncio.gather(*sends))

    async def _attempt(self, message: Message) -> bool:
        contact = self._directory().users[message.user].contacts[message.contact]
        channel = self._channels.get(contact.kind)
        if channel is None:
            result, said = "refused", f"no channel is configured for {contact.kind}"
        else:
            try:
                async with asyncio.timeout(DEADLINE):
                    said = (await channel.send(message, contact)).said
                result = "sent"
            except Refused as error:
                result, said = "refused", str(error)
            # The channel's contract: any other exception means that it may succeed later.
            except Exception as error:
                result, said = "try_again", str(error) or type(error).__name__
        TOLD.labels(result).inc()
        log.info(
            "operator told",
            result=result,
            said=provider_words(said, contact.address),
            user=message.user,
            contact=message.contact,
            idempotency_key=message.key,
        )
        return result == "sent"

    def _message(self, kind: MessageKind, text: AlertText, at: datetime, user: str, contact: str) -> Message:
        directory = self._directory()
        person = directory.users[user]
        return Message(
            kind=kind,
            key=f"roust/{kind}/{at:%Y%m%dT%H%M%S%f}/{user}/{contact}",
            alert=text,
            user=user,
            user_name=person.name,
            time_zone=person.time_zone,
            contact=contact,
            at=at,
            alert_url=f"{directory.url.rstrip('/')}/readyz",
            note=_NOTE if kind is MessageKind.PAGE else "",
        )


def _text(kind: MessageKind, sightings: tuple[Sighting, ...], at: datetime) -> AlertText:
    over = kind is MessageKind.RESOLVED
    troubles = ", ".join(dict.fromkeys(str(s.trouble) for s in sightings))
    summary = f"Roust itself is well again: {troubles}" if over else f"Roust itself is in trouble: {troubles}"
    return AlertText(
        id="roust",
        service="roust",
        summary=summary,
        description="" if over else sentence(sightings, at),
        priority=Priority.P1,
        state=AlertState.RESOLVED if over else AlertState.TRIGGERED,
        source="watchdog",
        triggered_at=min(s.since for s in sightings),
        count=1,
    )
