"""Whether what a process holds grows on and on: judged by the later half of its life, when its caches are full."""

from collections.abc import Iterator, Sequence
from statistics import median

from drill.samples import Sample

LONG_ENOUGH = 8
"""Samples of a life; fewer say nothing."""
MOST = {"rss": (8.0, 0.05, "MiB"), "fds": (8.0, 0.1, "file descriptors"), "threads": (8.0, 0.1, "threads")}
"""From the third quarter of a life to the fourth: more than so much, and more than this part, is growth."""
KEEP_ALERTS_AT_HAND = ("server", "worker 1", "worker 2")
"""Their memory follows the number of open alerts, which a drill leaves behind: told in the table, not judged."""


def lives(samples: Sequence[Sample]) -> list[list[Sample]]:
    """The samples of each process, in order."""
    found: dict[tuple[str, int], list[Sample]] = {}
    for one in samples:
        found.setdefault((one.role, one.pid), []).append(one)
    return list(found.values())


def growing(life: Sequence[Sample]) -> Iterator[str]:
    """What grows, in words, in a life that is long enough to tell."""
    if len(life) < LONG_ENOUGH:
        return
    part = (len(life) + 3) // 4
    earlier, later = life[len(life) // 2 : -part], life[-part:]
    for name, (most, share, unit) in MOST.items():
        if name == "rss" and life[0].role in KEEP_ALERTS_AT_HAND:
            continue
        before, after = (median(getattr(one, name) for one in quarter) for quarter in (earlier, later))
        if after - before > most and after > before * (1 + share):
            yield f"{life[0].role} grows: {before:.0f} {unit} in the third quarter of its life, {after:.0f} in the last"


def leaks(samples: Sequence[Sample], seconds: float = 0.0) -> list[str]:
    """What grows in any life of at least `seconds`."""
    return [said for life in lives(samples) if life[-1].at - life[0].at >= seconds for said in growing(life)]
