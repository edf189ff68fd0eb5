"""Delivering notices to the members of a group: whom one activity has told, and what became of it."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic

import structlog
from pydantic import TypeAdapter, ValidationError
from temporalio import activity

from activities.attempt import attempt
from activities.channels.channel import Channel
from activities.measures import PAGES
from activities.notice_message import a_message
from roust.domain.directory import Directory
from roust.domain.members import Member, members
from roust.domain.notice import Notice
from roust.domain.notification import MessageKind, Result
from roust.domain.telling import COLLECTED, NoticeResult, Told

log = structlog.get_logger()

_AT_ONCE = 20
"""Sends under way at one time: a group may be large, and a mail server patient but not that patient."""
_TOLD = TypeAdapter(list[Told])


class Delivery:
    """The notices of one activity on their way. What its heartbeat says was told, an attempt after a crash skips."""

    def __init__(self, at: datetime, directory: Directory, channels: Mapping[str, Channel]) -> None:
        self._at = at
        self._directory = directory
        self._channels = channels
        self._began = monotonic()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._told = _told_before()
        self._problems: list[tuple[str, str]] = []

    @property
    def result(self) -> NoticeResult:
        return NoticeResult(told=self._told, problems=self._problems)

    def told(self, group: str, occasion: str) -> set[str]:
        """Who has been told of it by now; an empty name stands for the whole group, which was COLLECTED."""
        return {one.whom for one in self._told if (one.group, one.occasion) == (group, occasion)}

    def collected(self, group: str, occasion: str) -> None:
        """The group hears of it in its next digest."""
        self._record(Told(group=group, occasion=occasion, member="", result=COLLECTED))

    def problem(self, group: str, text: str) -> None:
        self._problems.append((group, text))

    async def tell(
        self, group: str, occasion: str, key: str, notices: Sequence[Notice], only: Collection[str] = ()
    ) -> None:
        """Tell every member of `group`, or `only` those, all at once: one message each, under `key` and who it is."""
        given = self._directory.stakeholder_groups.get(group)
        if given is None:
            self.problem(group, f"no stakeholder group named {group!r} any more")
            return
        found, problems = members(given, self._directory)
        for text in problems if not only else ():
            self.problem(group, text)
        done = self.told(group, occasion)
        template = given.templates.get(notices[0].moment) if len(notices) == 1 else None

        async def send(member: Member) -> None:
            kind = member.address.kind
            told = Told(
                group=group,
                occasion=occasion,
                member=member.name,
                contact=member.contact,
                channel=kind,
                result=Result.REFUSED.value,
                said=f"no channel is configured for {kind}",
            )
            channel = self._channels.get(kind)
            if channel is not None:
                whole = f"{key}/{member.whom}"
                async with self._slots:
                    result, said, retry_after, _ = await attempt(
                        channel, lambda: a_message(whole, member, notices, self._at, template), member.address
                    )
                PAGES.labels(MessageKind.NOTICE.value, kind, result.value).inc()
                log.info("notice", result=result.value, said=said, idempotency_key=whole, channel=kind)
                told = told.model_copy(update={"result": result.value, "said": said, "retry_after": retry_after})
            self._record(told)

        wanted = [m for m in found if m.whom not in done and (not only or m.whom in only)]
        await asyncio.gather(*(send(member) for member in wanted))

    def beat(self) -> None:
        """Tell Temporal that we live, and what has been told."""
        activity.heartbeat(list(self._told))

    def _record(self, told: Told) -> None:
        at = self._at + timedelta(seconds=monotonic() - self._began)
        self._told.append(told.model_copy(update={"at": at}))
        self.beat()


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
