"""A company that moves: a file of its own that is rewritten while its alerts are open, and what it said when.

Nobody answers here. Every edit gives the policy another name, so that what an open alert has pinned is gone from
the file; its steps go on by the names of schedules and a team.
"""

import asyncio
import json
import os
import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from drill.record import Accepted, Edit, Record

STAYS, COME_AND_GO = "zoe", ("bob", "cam", "dee")
TEAM, FIRST, ROTA = "movers", "moving-first", "moving-rota"
MEMBERS = {FIRST: {"bob"}, TEAM: {"bob", "cam", "dee"}, ROTA: {"cam", "dee"}}
"""Who may be in the targets of steps 1, 2 and 3; who stays is in the team as well."""


class Moving:
    """`edit` changes one thing, by the dice; `run` does so until cancelled, and triggers alerts meanwhile."""

    def __init__(self, file: Path, url: Callable[[str], str], key: str, record: Record, dice: random.Random) -> None:
        """It waits and repeats as the drill's own policy does."""
        self._file, self._url, self._key = file, url, key
        self._wait = record.policy.steps[0][1]
        self._record, self._dice = record, dice
        self._number = 0
        self._contacts = dict.fromkeys((STAYS, *COME_AND_GO), "hook-0")
        self._members = {target: set(users) for target, users in MEMBERS.items()}
        self.write()

    def write(self) -> None:
        """Replace the file in one stroke, as editors do, and keep what it says."""
        steps = [sorted(self._present(target)) for target in MEMBERS]
        # Until it is replaced the old one is in force; from then on either may be.
        self._record.edits.append(Edit(time.time(), dict(self._contacts), steps))
        new = self._file.parent.parent / "moving.new"
        new.write_text(json.dumps(self._said(), indent=1))
        os.replace(new, self._file)

    def edit(self) -> None:
        """Somebody goes from the file or comes back, moves to another address, leaves or joins a target."""
        self._number += 1
        user = self._dice.choice(COME_AND_GO)
        if user not in self._contacts:
            self._contacts[user] = f"hook-{self._number}"
        else:
            match self._dice.choice(["goes", "moves", "leaves or joins"]):
                case "goes":
                    del self._contacts[user]
                case "moves":
                    self._contacts[user] = f"hook-{self._number}"
                case _:
                    target = self._dice.choice([target for target, users in MEMBERS.items() if user in users])
                    self._members[target] ^= {user}
        self.write()

    async def run(self, trigger: Callable[[str, str], Awaitable[Accepted]], every: float) -> None:
        """An edit about every `every` seconds, an alert about every wait."""
        await asyncio.gather(self._edits(every), self._alerts(trigger))

    async def _edits(self, every: float) -> None:
        while True:
            await asyncio.sleep(self._dice.uniform(0.3, 1.7) * every)
            self.edit()

    async def _alerts(self, trigger: Callable[[str, str], Awaitable[Accepted]]) -> None:
        while True:
            self._record.moved.append(await trigger(f"moving-{len(self._record.moved)}", self._key))
            await asyncio.sleep(self._dice.uniform(0.5, 1.5) * self._wait)

    def _present(self, target: str) -> set[str]:
        stays = {STAYS} if target == TEAM else set()
        return stays | {user for user in self._members[target] if user in self._contacts}

    def _said(self) -> dict[str, object]:
        policy, wait = f"moving-{self._number}", f"{self._wait:g}s"
        targets = ({"schedule": FIRST}, {"team": TEAM}, {"schedule": ROTA})
        return {
            "users": {
                user: {"contacts": {contact: {"webhook": self._url(f"{user}/{contact}")}}}
                for user, contact in self._contacts.items()
            },
            "teams": {TEAM: {"members": sorted(self._present(TEAM))}},
            "schedules": {name: self._schedule(name) for name in (FIRST, ROTA)},
            "escalation_policies": {
                policy: {
                    "steps": [{"notify": [target], "wait": wait} for target in targets],
                    "repeats": self._record.policy.passes - 1,
                }
            },
            "services": {"moving": {"escalation_policy": policy, "integration_keys": [self._key]}},
        }

    def _schedule(self, name: str) -> dict[str, object]:
        # Layers of the same level are on call together.
        layer = {"every": "1w", "start": "2026-01-05T09:00"}
        return {"time_zone": "UTC", "layers": [layer | {"users": [user]} for user in sorted(self._present(name))]}
