"""One send: a contact, its channel, and what became of it, in words that tell no address."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from activities.attempt import attempt
from activities.channels.channel import Channel
from activities.measures import measured
from activities.merging import Delivery, Merging
from roust.domain.directory import Contact, Directory
from roust.domain.errors import RoustError
from roust.domain.night import is_night
from roust.domain.notification import Message, MessageKind, Outcome, PageRequest, Planned, Press, Result

log = structlog.get_logger()


class AnswerLinks(Protocol):
    """What a message needs of `roust.runtime.links.Links`."""

    def answer_url(self, alert_id: str, user: str) -> str: ...

    def press(self, alert_id: str, user: str, step: int) -> Press: ...

    def alert_url(self, alert_id: str) -> str: ...


class Sender:
    """Sends for one request. Whatever a provider, a missing name or a bad text does becomes an Outcome."""

    def __init__(
        self,
        request: PageRequest,
        directory: Directory,
        channels: Mapping[str, Channel],
        links: AnswerLinks,
        clock: Callable[[], float] = time.monotonic,
        merging: Merging | None = None,
    ) -> None:
        self._request = request
        self._directory = directory
        self._channels = channels
        self._links = links
        self._clock = clock
        self._began = clock()
        self._merging = merging

    async def send(self, planned: Planned) -> Outcome:
        """One attempt, of at most 8 s after it has waited for others to go with. Never raises but when
        cancelled; Left when it was still waiting for others as `leave` was called."""
        user = self._directory.users.get(planned.user)
        if user is None:
            return self.outcome(planned, Result.REFUSED, f"no user named {planned.user!r}")
        contact = user.contacts.get(planned.contact)
        if contact is None:
            said = f"{planned.user} has no contact named {planned.contact!r}"
            return self.outcome(planned, Result.REFUSED, said)
        channel = self._channels.get(contact.kind)
        if channel is None:
            said = f"no channel is configured for {contact.kind}"
            return self.outcome(planned, Result.REFUSED, said, contact)
        return await self._attempt(planned, contact, channel)

    def leave(self) -> None:
        """Whatever waits for others to go with goes nowhere."""
        if self._merging is not None:
            self._merging.leave(self)

    def outcome(
        self,
        planned: Planned,
        result: Result,
        said: str,
        contact: Contact | None = None,
        retry_after: float | None = None,
        ref: str = "",
        delivery: Delivery | None = None,
    ) -> Outcome:
        """`at` is the request's hour plus what went by since: the workflow's clock, also in skipped time."""
        at = self._now()
        outcome = Outcome(
            planned=planned,
            result=result,
            said=said,
            channel=contact.kind if contact else "",
            retry_after=retry_after,
            at=at,
            night=result is Result.SENT and is_night(at, self._directory.users[planned.user].time_zone),
            ref=ref,
            page=delivery.page if delivery else "",
            merged_with=delivery.merged_with if delivery else 0,
        )
        return measured(outcome, self._request.kind)

    async def _attempt(self, planned: Planned, contact: Contact, channel: Channel) -> Outcome:
        delivery = await self._deliver(planned, contact, channel)
        result, said, retry_after, ref = delivery.attempted
        log.info(
            "page",
            result=result.value,
            said=said,
            alert=self._request.alert.id,
            user=planned.user,
            contact=planned.contact,
            channel=contact.kind,
            idempotency_key=planned.key(self._request.alert.id),
        )
        return self.outcome(planned, result, said, contact, retry_after, ref, delivery)

    async def _deliver(self, planned: Planned, contact: Contact, channel: Channel) -> Delivery:
        if self._merging is None:
            return Delivery(await attempt(channel, lambda: self._message(planned), contact))
        return await self._merging.send(self._message(planned), contact, channel, by=self)

    def _message(self, planned: Planned) -> Message:
        request, user = self._request, self._directory.users[planned.user]
        answer_url, press = self._ways_to_answer(planned)
        return Message(
            kind=request.kind,
            key=planned.key(request.alert.id),
            alert=request.alert,
            user=planned.user,
            user_name=user.name,
            time_zone=user.time_zone,
            contact=planned.contact,
            at=request.at,
            cycle=planned.cycle,
            pass_=planned.pass_,
            passes=request.passes,
            step=planned.step,
            steps=request.steps,
            occasion=planned.occasion,
            alert_url=self._links.alert_url(request.alert.id),
            answer_url=answer_url,
            press=press,
            refs=tuple(one.ref for one in request.posted if (one.user, one.contact) == (planned.user, planned.contact)),
            delayed_since=request.delayed_since,
            note=request.note,
        )

    def _ways_to_answer(self, planned: Planned) -> tuple[str | None, Press | None]:
        """The user's own link and press; none when it is over. A page that cannot be answered still wakes."""
        if self._request.kind is MessageKind.RESOLVED:
            return None, None
        alert, user = self._request.alert.id, planned.user
        try:
            return self._links.answer_url(alert, user), self._links.press(alert, user, planned.step)
        except (RoustError, ValueError) as error:
            log.error("page without an answer link", why=str(error), alert=alert, user=user)
            return None, None

    def _now(self) -> datetime:
        return self._request.at + timedelta(seconds=self._clock() - self._began)
