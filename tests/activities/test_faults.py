"""What went wrong, in words for somebody who has just been woken."""

import errno
import ssl

import aiosmtplib
import httpcore2
import httpx2
import pytest

from activities.channels.channel import TryAgain
from activities.channels.faults import in_words


def caused(error: Exception, by: Exception) -> Exception:
    error.__cause__ = by
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TimeoutError(), "no answer within 8 s"),
        (httpcore2.ConnectTimeout(), "no answer within 8 s"),
        (httpx2.ReadTimeout(""), "no answer within 8 s"),
        (aiosmtplib.SMTPConnectTimeoutError("Timed out connecting to mail"), "no answer within 8 s"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "no network leads there now"),
        (aiosmtplib.SMTPConnectError("Error connecting to mail on port 25"), "no connection could be made"),
        (caused(httpx2.ConnectError(""), ConnectionRefusedError()), "nothing answers there: connection refused"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "it does not speak TLS as we do"),
        (TryAgain("HTTP 503: closed for lunch"), "HTTP 503: closed for lunch"),
        (caused(TryAgain("HTTP 503"), TimeoutError()), "HTTP 503"),
        (ValueError("a word of its own"), "a word of its own"),
        (KeyError(), "KeyError"),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_what_happened(error: Exception, words: str) -> None:
    assert in_words(error) == words


def test_what_a_library_keeps_to_itself_is_told_all_the_same() -> None:
    error = httpcore2.ConnectError()
    error.__context__, error.__suppress_context__ = ConnectionResetError(), True
    assert in_words(error) == "the connection broke off before it was taken"
