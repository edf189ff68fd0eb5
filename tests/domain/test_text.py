"""Whether a text says anything to a reader."""

import pytest

from roust.domain.text import shows


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \t\n",
        "\u200b",
        "\ufeff\u2060",
        "\u200d",
        "\u3164",
        "\u2800",
        "\u0301",
        "\x1b\x07",
        "\u202e \u2066",
        "\xa0",
    ],
)
def test_what_nobody_sees_says_nothing(text: str) -> None:
    assert not shows(text)


@pytest.mark.parametrize(
    "text", ["a", ".", "\u200bok\u200b", "🔥", "e\u0301", "日本", "עברית", "\x1b[31m", "\0", "\ud800", "👩\u200d🚒"]
)
def test_what_somebody_sees_does(text: str) -> None:
    assert shows(text)
