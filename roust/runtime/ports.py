"""Ports on this machine: is one free, and which one is."""

import socket
from contextlib import ExitStack

from roust.domain.errors import RoustError


class PortTaken(RoustError):
    """Something else listens on a port that Roust was told to use."""

    def __init__(self, host: str, port: int, flag: str) -> None:
        super().__init__(
            f"port {port} on {host} is taken by another program; stop that one, or choose another with {flag}"
        )


def listener(host: str, port: int, flag: str) -> socket.socket:
    """A socket that listens already, so that nobody takes the port after we looked; 0: any free one.

    Raises PortTaken, naming `flag` as the cure, and RoustError for a host that is not ours.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise RoustError(f"cannot listen on {host}: {error.strerror or error}") from error
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(1024)
    except PermissionError as error:
        sock.close()
        raise RoustError(f"port {port} needs more rights than this process has; choose another with {flag}") from error
    except OSError as error:
        sock.close()
        raise PortTaken(host, port, flag) from error
    return sock


def claim(host: str, *wanted: tuple[int, str]) -> list[int]:
    """Ports that a child process may use, all different: each (port, flag) if it is free, any free one for 0.

    Raises PortTaken.
    """
    with ExitStack() as open_together:
        socks = [open_together.enter_context(listener(host, port, flag)) for port, flag in wanted]
        return [int(sock.getsockname()[1]) for sock in socks]
