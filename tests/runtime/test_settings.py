"""What a process is told by its environment."""

from pathlib import Path

import pytest

from roust.domain.errors import RoustError
from roust.runtime.settings import Settings


def test_nothing_said_is_the_standard() -> None:
    assert Settings.from_environment({}) == Settings()
    assert Settings().host == "127.0.0.1"


def test_each_variable_is_read() -> None:
    settings = Settings.from_environment(
        {
            "ROUST_HOST": "0.0.0.0",
            "ROUST_PORT": "80",
            "ROUST_STATE": "/var/lib/roust",
            "ROUST_METRICS_PORT": "9100",
            "ROUST_LOG_LEVEL": "DEBUG",
            "ROUST_LOG_FORMAT": "json",
        }
    )
    assert settings == Settings(None, "0.0.0.0", 80, Path("/var/lib/roust"), 9100, "debug", "json")


@pytest.mark.parametrize(
    ("name", "value"),
    [("ROUST_PORT", "http"), ("ROUST_PORT", "65536"), ("ROUST_PORT", "-1"), ("ROUST_LOG_LEVEL", "loud")],
)
def test_a_wrong_value_is_named_with_its_variable(name: str, value: str) -> None:
    with pytest.raises(RoustError, match=name):
        Settings.from_environment({name: value})
