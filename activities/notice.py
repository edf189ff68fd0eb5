"""Telling stakeholders: the one place a notice leaves the building."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog
from temporalio import activity

from activities.beating import beating
from activities.channels.channel import Channel
from activities.delivery import Delivery
from activities.notice_message import a_notice
from roust.domain.digest import DigestRequest
from roust.domain.directory import Directory
from roust.domain.notice import Notice
from roust.domain.stakeholders import Attempt
from roust.domain.telling import NoticeRequest, NoticeResult


class Calm(Protocol):
    """Keeps a storm from a group: the first outages singly, the rest together."""

    async def collects(self, notice: Notice) -> bool:
        """Whether `notice` was taken for its group's next digest; False: it is to be told now."""
        ...


class Notifier:
    """The activities `notice` and `digest`. They never raise for what a provider, a name or a text does: that is
    an outcome."""

    def __init__(
        self, directory: Callable[[], Directory], channels: Mapping[str, Channel], calm: Calm | None = None
    ) -> None:
        self._directory = directory
        self._channels = channels
        self._calm = calm

    @activity.defn(name="notice")
    async def notice(self, request: NoticeRequest) -> NoticeResult:
        """Tell every member of each group, as the configuration in force has them, all at once."""
        directory = self._directory()
        delivery = Delivery(request.at, directory, self._channels)
        with structlog.contextvars.bound_contextvars(alert=request.alert):
            tasks = [asyncio.create_task(self._tell(delivery, request, one, directory)) for one in request.attempts]
        await beating(tasks, delivery.beat)
        return delivery.result

    @activity.defn(name="digest")
    async def digest(self, request: DigestRequest) -> NoticeResult:
        """Tell every member of the group of all those outages in one message."""
        delivery = Delivery(request.at, self._directory(), self._channels)
        telling = delivery.tell(request.group, request.key, request.key, request.notices, request.members)
        await beating([asyncio.create_task(telling)], delivery.beat)
        return delivery.result

    async def _tell(self, delivery: Delivery, request: NoticeRequest, attempt: Attempt, directory: Directory) -> None:
        group, occasion = attempt.telling.group, attempt.telling.occasion
        told = delivery.told(group, occasion)
        if group not in directory.stakeholder_groups:
            delivery.problem(group, f"no stakeholder group named {group!r} any more")
        elif "" not in told:
            notice = a_notice(request, attempt.telling, directory)
            # What is tried again had its turn before the storm; what an earlier attempt began goes on.
            fresh = attempt.number == 1 and not told
            if fresh and self._calm is not None and await self._calm.collects(notice):
                delivery.collected(group, occasion)
            else:
                key = f"{request.alert}/{occasion}/{group}"
                await delivery.tell(group, occasion, key, [notice], attempt.members)
