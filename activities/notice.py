"""Telling stakeholders: the one place a notice leaves the building."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from time import monotonic
from typing import Protocol

import structlog
from pydantic import TypeAdapter, ValidationError
from temporalio import activity

from activities.attempt import attempt as an_attempt
from activities.beating import beating
from activities.channels.channel import Channel
from activities.notice_message import a_message
from roust.domain.directory import Directory
from roust.domain.members import Member, members
from roust.domain.notice import Moment, Notice
from roust.domain.notice_template import NoticeTemplate
from roust.domain.notification import Result
from roust.domain.stakeholders import Attempt
from roust.domain.telling import COLLECTED, NoticeRequest, NoticeResult, Told

log = structlog.get_logger()

_AT_ONCE = 20
"""Sends under way at one time: a group may be large, and a mail server patient but not that patient."""
_TOLD = TypeAdapter(list[Told])


class Calm(Protocol):
    """Keeps a storm from a group: the first outages singly, the rest together."""

    async def collects(self, notice: Notice) -> bool:
        """Whether `notice` was taken for its group's next digest; False: it is to be told now."""
        ...


class Notifier:
    """The activity `notice`. It never raises for what a provider, a name or a text does: that is an outcome."""

    def __init__(
        self, directory: Callable[[], Directory], channels: Mapping[str, Channel], calm: Calm | None = None
    ) -> None:
        self._directory = directory
        self._channels = channels
        self._calm = calm

    @activity.defn(name="notice")
    async def notice(self, request: NoticeRequest) -> NoticeResult:
        """Tell every member of each group, as the configuration in force has them, all at once."""
        telling = _Telling(request, self._directory(), self._channels, _told_before())
        tasks = [asyncio.create_task(self._tell(telling, attempt)) for attempt in request.attempts]
        await beating(tasks, telling.beat)
        return NoticeResult(told=telling.told, problems=telling.problems)

    async def _tell(self, telling: "_Telling", attempt: Attempt) -> None:
        # What is tried again had its turn before the storm; what an earlier attempt began goes on.
        fresh = attempt.number == 1 and not telling.begun(attempt)
        notice = telling.notice(attempt)
        if fresh and self._calm is not None and notice is not None and await self._calm.collects(notice):
            telling.collected(attempt)
        else:
            await telling.tell(attempt)


class _Telling:
    """One request on its way."""

    def __init__(
        self,
        request: NoticeRequest,
        directory: Directory,
        channels: Mapping[str, Channel],
        told: Sequence[Told],
    ) -> None:
        self._request = request
        self._directory = directory
        self._channels = channels
        self._began = monotonic()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self.told = list(told)
        self.problems: list[tuple[str, str]] = []

    def begun(self, attempt: Attempt) -> bool:
        return any(_same(attempt, one) for one in self.told)

    def collected(self, attempt: Attempt) -> None:
        self._record(attempt, "", result=COLLECTED)

    async def tell(self, attempt: Attempt) -> None:
        """To each member who was not told by an earlier attempt of the same activity."""
        name = attempt.telling.group
        group = self._directory.stakeholder_groups.get(name)
        notice = self.notice(attempt)
        if group is None or notice is None:
            self.problems.append((name, f"no stakeholder group named {name!r} any more"))
            return
        found, problems = members(group, self._directory)
        self.problems += [(name, text) for text in problems] if attempt.number == 1 else []
        done = {one.whom for one in self.told if _same(attempt, one)}
        wanted = [m for m in found if m.whom not in done and (not attempt.members or m.whom in attempt.members)]
        template = group.templates.get(notice.moment)
        await asyncio.gather(*(self._send(attempt, member, notice, template) for member in wanted))

    def notice(self, attempt: Attempt) -> Notice | None:
        """What the group is told; None where the group is no more."""
        request, telling = self._request, attempt.telling
        group = self._directory.stakeholder_groups.get(telling.group)
        if group is None:
            return None
        update = next((u for u in request.updates if u.number == telling.update or telling.standing), None)
        return Notice(
            moment=Moment.STANDING if telling.standing else telling.moment,
            alert=request.alert,
            group=telling.group,
            service=request.service,
            impact=request.impact,
            priority=request.priority,
            since=request.since,
            at=telling.at,
            state=request.state,
            owner=self._name(request.owner),
            next_due=request.next_due,
            news_due=request.news_due,
            update=update.text if update else "",
            update_by=self._name(update.by) if update else None,
            follows=[Moment(moment) for moment in group.moments],
            assumed=request.assumed,
        )

    def _name(self, key: str | None) -> str | None:
        user = self._directory.users.get(key or "")
        return user.name if user and user.name else key

    async def _send(self, attempt: Attempt, member: Member, notice: Notice, template: NoticeTemplate | None) -> None:
        kind = member.address.kind
        channel = self._channels.get(kind)
        if channel is None:
            said = f"no channel is configured for {kind}"
            self._record(attempt, member.name, member.contact, kind, Result.REFUSED.value, said)
            return
        key = f"{notice.alert}/{attempt.telling.occasion}/{notice.group}/{member.whom}"
        async with self._slots:
            result, said, retry_after = await an_attempt(
                channel, lambda: a_message(key, member, [notice], self._request.at, template), member.address
            )
        log.info("notice", result=result.value, said=said, idempotency_key=key, channel=kind)
        self._record(attempt, member.name, member.contact, kind, result.value, said, retry_after)

    def _record(
        self,
        attempt: Attempt,
        member: str,
        contact: str = "",
        channel: str = "",
        result: str = "",
        said: str = "",
        retry_after: float | None = None,
    ) -> None:
        self.told.append(
            Told(
                group=attempt.telling.group,
                occasion=attempt.telling.occasion,
                member=member,
                contact=contact,
                channel=channel,
                result=result,
                said=said,
                retry_after=retry_after,
                at=self._request.at + timedelta(seconds=monotonic() - self._began),
            )
        )
        self.beat()

    def beat(self) -> None:
        """Tell Temporal that we live, and what has been told."""
        activity.heartbeat(list(self.told))


def _same(attempt: Attempt, one: Told) -> bool:
    return (one.group, one.occasion) == (attempt.telling.group, attempt.telling.occasion)


def _told_before() -> list[Told]:
    """What an earlier attempt of the same activity had told when its worker ended."""
    details = activity.info().heartbeat_details
    if not details:
        return []
    try:
        return _TOLD.validate_python(details[0])
    except ValidationError as error:
        # Of another release: better a notice twice (its key tells) than none.
        log.warning("heartbeat of an earlier attempt not understood", errors=error.error_count())
        return []
