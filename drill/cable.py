"""A machine of its own for some processes, and a cable to it that can be pulled: the kernel drops every packet.

Three network namespaces: the machine's, a router's, and one where nothing but our listening sockets is. The router
forwards, or says nothing; this host's own network is not touched. Needs root, be it of a user namespace.
"""

import ctypes
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

CLONE_NEWNET = 0x40000000
MACHINE, HERE = "10.77.1", "10.77.2"
"""The two networks, on either side of the router, which is .1 in each."""
FORWARDS = Path("/proc/sys/net/ipv4/ip_forward")

T = TypeVar("T")


class Cable:
    """From `.2` of MACHINE to `.2` of HERE."""

    host = f"{HERE}.2"

    def __init__(self, machine: int, router: int, here: int) -> None:
        self._machine, self._router, self._here = machine, router, here
        for name, end, network in (("machine", machine, MACHINE), ("here", here, HERE)):
            self._ip(router, "link", "add", name, "type", "veth", "peer", "name", "cable", "netns", _path(end))
            self._ip(router, "address", "add", f"{network}.1/24", "dev", name)
            self._ip(router, "link", "set", name, "up")
            self._ip(end, "address", "add", f"{network}.2/24", "dev", "cable")
            for device in ("lo", "cable"):
                self._ip(end, "link", "set", device, "up")
            self._ip(end, "route", "add", "default", "via", f"{network}.1")
        self.plug()

    @property
    def into(self) -> Sequence[str]:
        """What a command begins with to run on that machine."""
        return ("nsenter", f"--net={_path(self._machine)}", "--")

    def listener(self) -> socket.socket:
        """A socket of ours that the machine reaches at `host`."""

        def listen() -> socket.socket:
            return socket.create_server((self.host, 0))

        return _within(self._here, listen)

    def pull(self) -> None:
        """From now on nothing gets through either way, and nobody is told so."""
        _within(self._router, lambda: FORWARDS.write_text("0"))

    def plug(self) -> None:
        """It gets through."""
        _within(self._router, lambda: FORWARDS.write_text("1"))

    @staticmethod
    def _ip(where: int, *words: str) -> None:
        subprocess.run(["nsenter", f"--net={_path(where)}", "--", "ip", *words], check=True)


@contextmanager
def a_cable() -> Iterator[Cable]:
    """Plugged in. Raises OSError where `possible` says no."""
    ends = [_namespace() for _ in range(3)]
    try:
        yield Cable(*ends)
    finally:
        # What nobody is in any more goes away by itself, with its devices.
        for end in ends:
            os.close(end)


def possible() -> bool:
    """Whether this process may have network namespaces, and there is what it takes to fill them."""
    if not all(shutil.which(program) for program in ("ip", "nsenter")):
        return False
    try:
        os.close(_namespace())
    except OSError:
        return False
    return True


def _namespace() -> int:
    """A new network namespace, as the file that keeps it."""

    def make() -> int:
        _call("unshare", CLONE_NEWNET)
        return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    return _apart(make)


def _within(namespace: int, do: Callable[[], T]) -> T:
    def there() -> T:
        _call("setns", namespace, CLONE_NEWNET)
        return do()

    return _apart(there)


def _apart(do: Callable[[], T]) -> T:
    """In a thread of its own: only that one moves."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(do).result()


def _call(name: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)


def _path(namespace: int) -> str:
    return f"/proc/{os.getpid()}/fd/{namespace}"
