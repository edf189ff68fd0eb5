"""A machine's clock that can be set while its processes run: Debian's libfaketime, for one process at a time."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

WHERE = "*/faketime/libfaketimeMT.so.1"


class SetClock:
    """The clock of every process that is started with `environment`; right until it is set.

    Only what goes through libc is deceived: Python and the Temporal SDK, not the Temporal server. The clocks that
    nobody can set (CLOCK_MONOTONIC, CLOCK_BOOTTIME) stay as they are, as on a real machine.
    """

    def __init__(self, file: Path) -> None:
        library = next(Path("/usr/lib").glob(WHERE), None)
        assert library, "faketime is not installed; .ci/run installs it"
        self._file = file
        self.set(timedelta(0))
        self.environment: Mapping[str, str] = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, ahead: timedelta) -> None:
        """From now on it is so far ahead of the true one."""
        # Read by other processes at any moment: never half of it.
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{ahead.total_seconds():+.0f}\n")
        fresh.replace(self._file)
