"""Python's garbage collector, in processes that keep much for long."""

import gc

NEW_OBJECTS = 10_000
"""Between two looks at what is new; Python's own is 700."""
YOUNG, OLD = 10, 3
"""Of how many looks one is at what is older as well, and of how many of those one is at all; Python's own: 10, 10."""


def collect_rarely() -> None:
    """Look for garbage less often, and never again at what this process has imported: call it once it has.

    A look at everything stops the process: for a tenth of a second with 1,000 open alerts at hand, and half a
    millisecond more for each that is over or put away since the one before, some 1,400 of them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, YOUNG, OLD)
