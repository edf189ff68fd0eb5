"""A process that keeps thousands of open alerts does not stop to look at them all."""

import subprocess
import sys

SAID = """
import gc, weakref
from roust.runtime.garbage import collect_rarely

collect_rarely()
frozen = gc.get_freeze_count()

class Over:
    pass

over = Over()
over.itself = over
alive = weakref.ref(over)
del over
looks = []
gc.callbacks.append(lambda phase, info: looks.append(info["generation"]) if phase == "start" else None)
kept = [[] for _ in range(100_000)]
print(frozen > 1000, alive() is None, len(looks) <= 10, 2 not in looks)
kept += [[] for _ in range(600_000)]
print(2 in looks)
"""


def test_what_is_over_is_collected_and_what_is_kept_is_looked_at_rarely_but_in_time() -> None:
    # In a process of its own: it is the whole process that is told.
    said = subprocess.run([sys.executable, "-c", SAID], capture_output=True, text=True, check=True, timeout=60).stdout
    assert said.split() == ["True"] * 5
