"""A gateway to one alert: it remembers who answered what, and answers as the real one would."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from api.gateway import NotConfirmed, Refused, Unavailable
from roust.domain.alert import AlertState, Answer
from tests.builders import an_alert
from tests.fakes.gateway import RecordingGateway
from workflows.messages import Done, Standing


@dataclass
class AnsweringGateway(RecordingGateway):
    """`answers`: (verb, alert, by, via or step). `away`: Temporal is; `no_worker`; `slow`: seconds per answer."""

    state: AlertState = AlertState.TRIGGERED
    owner: str | None = None
    step: int = 1
    answers: list[tuple[str, str, str, str | int]] = field(default_factory=list)
    no_worker: bool = False
    slow: float = 0.0

    async def acknowledge(self, alert: str, by: str, via: str) -> Answer:
        return await self._answer("acknowledge", AlertState.ACKNOWLEDGED, alert, by, via)

    async def resolve(self, alert: str, by: str, via: str) -> Answer:
        return await self._answer("resolve", AlertState.RESOLVED, alert, by, via)

    async def _answer(self, verb: str, becomes: AlertState, alert: str, by: str, via: str) -> Answer:
        await asyncio.sleep(self.slow)
        if self.all_away:
            raise Unavailable("away")
        if self.state is AlertState.RESOLVED:
            return Answer(accepted=False, state=self.state, reason="resolved already by source", at=datetime.now(UTC))
        self.answers.append((verb, alert, by, via))
        if self.no_worker:
            raise NotConfirmed("recorded")
        first = self.state is not becomes
        self.state, self.owner = becomes, self.owner or by
        return Answer(accepted=True, state=self.state, owner=self.owner, first=first, at=datetime.now(UTC))

    async def escalate(self, alert: str, by: str, step: int) -> Done:
        if self.state is AlertState.RESOLVED:
            raise Refused("resolved already by source", over=True)
        if step != self.step:
            raise Refused(f"stale: step {self.step} is current by now, not step {step}")
        self.answers.append(("escalate", alert, by, step))
        return Done(state=self.state, step=step)

    async def standing(self, alert: str) -> Any:
        if self.all_away:
            raise Unavailable("away")
        text = an_alert()
        return Standing(
            state=self.state,
            service=text.service,
            summary=text.summary,
            priority=text.priority,
            urgency=text.urgency,
            policy="payments",
            owner=self.owner,
            triggered_at=text.triggered_at,
            acknowledged_at=text.triggered_at if self.owner else None,
            resolved_at=text.triggered_at if self.state is AlertState.RESOLVED else None,
            resolved_by="source" if self.state is AlertState.RESOLVED else None,
        )
