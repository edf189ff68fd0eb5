"""Python's garbage collector, in processes that keep much for long."""

import gc

NEW_OBJECTS = 10_000
"""Between two looks at what is new; Python's own is 700."""


def collect_rarely() -> None:
    """Look for garbage less often, and never again at what this process has imported: call it once it has.

    Each look at everything stops the process, for a second with 5,000 open alerts at hand, and finds next to
    nothing: what is over is mostly gone by itself. What is not waits, some 4,000 alerts' worth at most.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
