"""Page requests with defaults that do not matter to the test, and the activity run as a worker runs it."""

import dataclasses
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from temporalio.activity import ActivityCancellationDetails
from temporalio.testing import ActivityEnvironment

from activities.channels.channel import Channel
from activities.page import DayToDay, Pager
from roust.domain.alert import Urgency
from roust.domain.directory import CONTACT_KINDS, Directory
from roust.domain.notification import Outcome, PageRequest, PageResult, Planned
from roust.runtime.links import Links
from tests import witnesses
from tests.builders import NOON, a_directory, an_alert

LINKS = Links(["a-key-for-tests-only"], "http://127.0.0.1:8420")


def a_planned(user: str, contact: str, rule: str = "high1", after: timedelta = timedelta(0), **parts: Any) -> Planned:
    whole: dict[str, Any] = {"cycle": 1, "pass_": 1, "step": 1}
    return Planned(user=user, contact=contact, rule=rule, due=NOON + after, **(whole | parts))


def a_request(*targets: str, **parts: Any) -> PageRequest:
    """A page of step 1 to targets written as `user:ada`."""
    named = [dict([target.split(":", 1)]) for target in targets]
    whole = {"alert": an_alert(), "at": NOON, "urgency": Urgency.HIGH, "steps": 3, "passes": 3, "targets": named}
    return PageRequest.model_validate(whole | parts)


def ada_with(contacts: dict[str, Any], rules: dict[str, Any] | None = None, **parts: Any) -> Directory:
    """A directory in which Ada has `contacts` and `rules`; the others have a mail each."""
    ada: dict[str, Any] = {"name": "Ada Lovelace", "contacts": contacts}
    if rules is not None:
        ada["notification_rules"] = rules
    others = {name: {"contacts": {"mail": {"email": f"{name}@example.com"}}} for name in ("ben", "margaret")}
    return a_directory(users={"ada": ada, **others}, **parts)


def a_pager(
    channel: Channel | None = None,
    directory: Directory | None = None,
    channels: Mapping[str, Channel] | None = None,
    day_to_day: DayToDay | None = None,
) -> Pager:
    """A pager whose every kind of contact goes to `channel`, or to `channels`."""
    if channels is None:
        assert channel is not None
        channels = dict.fromkeys(CONTACT_KINDS, channel)
    found = directory or a_directory()
    return Pager(lambda: found, channels, LINKS, day_to_day)


ANSWERED = ActivityCancellationDetails(cancel_requested=True)


class Environment(ActivityEnvironment):
    """It remembers when somebody answered: that is what the workflow cancels a page for."""

    answered_at: float | None = None

    def cancel(self, cancellation_details: ActivityCancellationDetails = ANSWERED) -> None:
        if cancellation_details.cancel_requested:
            self.answered_at = time.time()
        super().cancel(cancellation_details)


def an_environment(heartbeats: list[list[Outcome]] | None = None, remembered: Sequence[Any] = ()) -> Environment:
    env = Environment()
    env.info = dataclasses.replace(env.info, heartbeat_details=list(remembered))
    if heartbeats is not None:
        env.on_heartbeat = heartbeats.append
    return env


async def run_page(pager: Pager, request: PageRequest, env: Environment | None = None) -> PageResult:
    """Judged: once somebody has answered, no send begins."""
    env = env or an_environment()
    result: PageResult = await env.run(pager.page, request)
    if env.answered_at is not None:
        witnesses.judge_answer(request.alert.id, env.answered_at)
    return result


def became(result: PageResult) -> list[tuple[str, str, str]]:
    """(user, contact, result) in order of sending."""
    return [(o.planned.user, o.planned.contact, o.result.value) for o in result.outcomes]
