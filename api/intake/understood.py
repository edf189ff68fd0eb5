"""What an intake made of a foreign payload, and telling the gateway all of it."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from api.errors import unavailable
from api.gateway import Gateway, Unavailable
from api.intake.foreign import first_words, mapping
from roust.domain.alert import Event, Verb
from roust.domain.routing import dedup_key

_AT_ONCE = 16
"""Alerts of one payload on their way to Temporal at the same time."""


@dataclass(frozen=True)
class Understood:
    """An event of a payload. Not `clear`: it only says that something came which nobody can read."""

    event: Event
    clear: bool = True


def unclear(body: Any, what: str) -> Understood:
    """An event that says that `body` could not be read, and shows it."""
    own = mapping(body)
    title = first_words(*(own.get(name) for name in ("summary", "title", "message", "msg", "Subject", "text")))
    summary = f"{what}: {title}" if title else what
    return Understood(Event(summary=summary, source="unknown", details={"received": body}), clear=False)


class Stored(BaseModel):
    """One alert of the payload: `status` as of `POST /v1/alerts`, or acknowledged, resolved, nothing_open."""

    dedup_key: str
    status: str
    id: str | None = None


class StoredGroup(BaseModel):
    alerts: list[Stored]


async def store(group: list[Understood], gateway: Gateway, service: str, fallback: str) -> StoredGroup:
    """Every alert told to the gateway, many at once, those of one key in their order.

    What is not clear goes to `fallback`. 503 when any could not be stored.
    """
    by_key: dict[str, list[Understood]] = {}
    for one in group:
        by_key.setdefault(dedup_key(one.event), []).append(one)
    places = asyncio.Semaphore(_AT_ONCE)

    async def in_order(alerts: Iterable[Understood]) -> list[Stored]:
        async with places:
            return [await _tell(one, gateway, service if one.clear else fallback) for one in alerts]

    outcomes = await asyncio.gather(*map(in_order, by_key.values()), return_exceptions=True)
    failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    for failure in failures:
        if not isinstance(failure, Unavailable):
            raise failure
    if failures:
        raise unavailable(f"{len(failures)} of {len(by_key)} alerts could not be stored; send all of it again")
    stored = [one for outcome in outcomes if not isinstance(outcome, BaseException) for one in outcome]
    return StoredGroup(alerts=stored)


async def _tell(one: Understood, gateway: Gateway, service: str) -> Stored:
    key, by = dedup_key(one.event), f"source:{service}"
    match one.event.verb:
        case Verb.RESOLVE:
            told = await gateway.resolve_key(one.event, service, by=by)
            return Stored(dedup_key=key, status="resolved" if told else "nothing_open")
        case Verb.ACKNOWLEDGE:
            told = await gateway.acknowledge_key(one.event, service, by=by)
            return Stored(dedup_key=key, status="acknowledged" if told else "nothing_open")
        case Verb.TRIGGER:
            accepted = await gateway.trigger(one.event, service)
            return Stored(dedup_key=accepted.dedup_key, status=accepted.status, id=accepted.id)
