"""Ports: taken ones are named with their cure."""

import pytest

from roust.domain.errors import RoustError
from roust.runtime.ports import PortTaken, claim, listener


def test_a_taken_port_is_named_with_the_flag_that_chooses_another() -> None:
    with listener("127.0.0.1", 0, "--port") as first:
        port = first.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"port {port} on 127\.0\.0\.1 is taken .* --ui-port"):
            listener("127.0.0.1", port, "--ui-port")


def test_free_ports_claimed_together_differ() -> None:
    ports = claim("127.0.0.1", (0, "--a"), (0, "--b"), (0, "--c"))
    assert len(set(ports)) == 3


def test_a_host_that_is_not_ours_is_a_clear_error() -> None:
    with pytest.raises(RoustError):
        listener("203.0.113.7", 0, "--port")
