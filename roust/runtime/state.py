"""The state directory of the embedded server: its store, its log, and who may use them now."""

import fcntl
import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

import structlog

from roust.domain.errors import RoustError

log = structlog.get_logger()

LEFT_OVER_WITHIN = 10.0


class StateInUse(RoustError):
    """Another `roust up` uses this state directory."""


class StateDirectory:
    """One directory, readable by its owner alone, and one process that uses it at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.store = self.path / "temporal.db"
        self.log = self.path / "temporal.log"
        self._server = self.path / "temporal.pid"
        self._lock: IO[str] | None = None

    def lock(self) -> None:
        """Take the directory; the system gives it back however this process ends. Raises StateInUse."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise RoustError(f"the state directory {self.path} cannot be used: {error.strerror}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise StateInUse(
                f"{self.path} is in use by another `roust up` (process {holder}); stop that one, or choose "
                "another directory with --state"
            ) from error
        lock.seek(0)
        lock.truncate()
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def unlock(self) -> None:
        """Give the directory back."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def remember_server(self, pid: int) -> None:
        """Note the server's process, so that one that outlives us can be stopped by the next."""
        # Whole or not at all: a process killed in between must not leave a server that nobody knows.
        new = self._server.with_suffix(".new")
        new.write_text(str(pid))
        new.replace(self._server)

    def stop_left_over_server(self) -> None:
        """Stop the server of a Roust that was killed: two servers on one store would spoil it."""
        try:
            pid = int(self._server.read_text())
        except (FileNotFoundError, ValueError):
            return
        if not self._is_ours(pid):
            return
        log.warning("stopping the Temporal server that an earlier process left behind", pid=pid)
        deadline = time.monotonic() + LEFT_OVER_WITHIN
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
            while self._is_ours(pid):
                if time.monotonic() > deadline:
                    os.kill(pid, signal.SIGKILL)
                time.sleep(0.05)

    def _is_ours(self, pid: int) -> bool:
        """Whether `pid` is a living server on this very store; a pid alone may be anybody's by now."""
        return str(self.store) in _command(pid)


def _command(pid: int) -> str:
    """The command line of a living process; empty when there is none, or it is a zombie."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    listed = subprocess.run(  # noqa: S603
        ["ps", "-ww", "-o", "command=", "-p", str(pid)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return listed.stdout.strip()
