"""Many requests of every kind at the API, and what it holds meanwhile: `N=100000 python -m drill.requests`."""

import asyncio
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx2

from drill.company import Company, a_policy, found
from drill.growth import leaks
from drill.house import House, a_house
from drill.ledger import a_ledger
from drill.main import machine
from drill.samples import Sample, of

AT_ONCE = 16
PARTS = 10
KEYS = 20
"""Alerts that are repeated over and over."""

Ask = tuple[str, str, dict[str, object] | None, str | None, set[int]]
"""Method, path, body, token, the statuses that are right."""


async def requests(number: int, folder: Path, say: Callable[[str], None]) -> tuple[list[Sample], list[str]]:
    """Ask `number` times; what the API held after each tenth, and every answer that was not the right one."""
    async with a_ledger(folder / "ledger.jsonl") as book:
        company = found(folder, book, a_policy(wait=3600.0))
        async with a_house(folder, company) as house:
            return await _ask(number, house, company, say)


async def _ask(
    number: int, house: House, company: Company, say: Callable[[str], None]
) -> tuple[list[Sample], list[str]]:
    dice, wrong, asked = random.Random(number), list[str](), Counter[str]()
    pid = house.api.pid
    assert pid is not None
    held = []
    limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx2.AsyncClient(base_url=house.url, timeout=30.0, trust_env=False, limits=limits) as http:
        # Every key once, so that what follows repeats.
        first = await http.post("/v1/alerts", json=_event(0), headers=_bearer(company.keys[0]))
        alert = str(first.json()["id"])
        held.append(of("API", pid))
        for part in range(PARTS):
            left = iter(range(number // PARTS))

            async def ask_on() -> None:
                for _ in left:  # noqa: B023 (awaited before the next part)
                    method, path, body, token, right = dice.choice(_kinds(dice, company, alert))
                    headers = _bearer(token) if token else {}
                    answer = await http.request(method, path, json=body, headers=headers)
                    asked[f"{method} {path.split('/')[1]}: {answer.status_code}"] += 1
                    if answer.status_code not in right:
                        wrong.append(
                            f"{method} {path}: {answer.status_code} instead of {sorted(right)}: {answer.text[:200]}"
                        )

            await asyncio.gather(*(ask_on() for _ in range(AT_ONCE)))
            held.append(of("API", pid))
            it = held[-1]
            say(f"{(part + 1) * number // PARTS:8} requests   {it.rss:6.1f} MiB   {it.fds} fds   {it.threads} threads")
    assert house.api.pid == pid, "the API was started again"
    say(", ".join(f"{what} ({count})" for what, count in sorted(asked.items())))
    return held, wrong


def _kinds(dice: random.Random, company: Company, alert: str) -> list[Ask]:
    key, token = dice.randrange(KEYS), company.tokens["ada"]
    return [
        ("POST", "/v1/alerts", _event(key), company.keys[key], {202}),
        ("POST", "/v1/alerts", _event(key), company.keys[key], {202}),
        ("GET", f"/v1/alerts/{alert}", None, token, {200}),
        ("GET", "/v1/alerts?limit=5", None, token, {200}),
        # 202: recorded, and a busy worker has not confirmed it yet.
        ("POST", f"/v1/alerts/{alert}/acknowledge", {}, token, {200, 202}),
        ("POST", "/v1/alerts", {"dedup_key": "no summary"}, company.keys[key], {422}),
        ("POST", "/v1/alerts", _event(key), "a key of nobody's", {401}),
        ("GET", "/healthz", None, None, {200}),
        ("GET", "/a/no-token-of-ours", None, None, {404}),
    ]


def _event(key: int) -> dict[str, object]:
    return {"summary": f"requests-{key}: payments fail", "dedup_key": f"requests-{key}", "priority": "P1"}


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


if __name__ == "__main__":
    folder = Path(tempfile.mkdtemp(prefix="requests-"))
    held, wrong = asyncio.run(
        requests(int(os.environ.get("N", "100000")), folder, lambda line: print(line, flush=True))
    )
    print(machine())
    first, *_, last = after = held[1:]
    print(f"from the first tenth to the end: {first.rss:.1f} to {last.rss:.1f} MiB, {first.fds} to {last.fds} fds")
    grown = leaks(after)
    print(*(grown or ["nothing grows on"]), f"{len(wrong)} wrong answers", *wrong[:20], sep="\n")
    sys.exit(1 if wrong or grown else 0)
