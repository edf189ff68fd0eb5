"""What went wrong on the way to a provider, in words for somebody who has just been woken."""

import errno
import socket
import ssl
from collections.abc import Callable, Iterator

import aiosmtplib
import httpcore2
import httpx2

from activities.channels.channel import DEADLINE
from roust.domain.errors import RoustError

_EXPIRED, _OF_ANOTHER_HOST = {10}, {62, 64}
"""OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED; …_HOSTNAME_MISMATCH and …_IP_ADDRESS_MISMATCH."""
_NO_WAY = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}
# Of httpcore2's own where the guard's transport is at work, of httpx2's else.
_BROKEN_OFF = (
    *(ConnectionResetError, BrokenPipeError, aiosmtplib.SMTPServerDisconnected),
    *(httpx2.ReadError, httpx2.WriteError, httpx2.ProtocolError),
    *(httpcore2.ReadError, httpcore2.WriteError, httpcore2.ProtocolError),
)


def in_words(error: BaseException) -> str:
    """One sentence about `error`: what happened, not who noticed. What nobody knows speaks for itself."""
    chain = list(_chain(error))
    if not isinstance(error, RoustError):
        for happened, words in _FAULTS:
            if any(happened(each) for each in chain):
                return words
    return str(error) or type(error).__name__


def _is(*kinds: type[BaseException]) -> Callable[[BaseException], bool]:
    return lambda error: isinstance(error, kinds)


def _bad_certificate(*codes: int) -> Callable[[BaseException], bool]:
    return lambda error: isinstance(error, ssl.SSLCertVerificationError) and error.verify_code in codes


def _no_http(error: BaseException) -> bool:
    protocol = isinstance(error, httpx2.ProtocolError | httpcore2.ProtocolError)
    return protocol and "without sending" not in str(error)


_FAULTS: tuple[tuple[Callable[[BaseException], bool], str], ...] = (
    (_bad_certificate(*_EXPIRED), "its certificate has expired"),
    (_bad_certificate(*_OF_ANOTHER_HOST), "its certificate is another host's"),
    (_is(ssl.SSLCertVerificationError), "its certificate is signed by nobody we trust"),
    (_is(ssl.SSLError), "it does not speak TLS as we do"),
    (_is(socket.gaierror), "its name does not resolve now"),
    (_is(ConnectionRefusedError), "nothing answers there: connection refused"),
    (lambda error: isinstance(error, OSError) and error.errno in _NO_WAY, "no network leads there now"),
    (_is(TimeoutError, httpx2.TimeoutException, httpcore2.TimeoutException), f"no answer within {DEADLINE:g} s"),
    (_no_http, "it answered something else than HTTP"),
    (_is(*_BROKEN_OFF), "the connection broke off before it was taken"),
    (_is(httpx2.ConnectError, httpcore2.ConnectError, aiosmtplib.SMTPConnectError), "no connection could be made"),
)
"""What says most of the cause comes first: libraries wrap it in what says less."""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """`error`, and what it was raised from: also where a library keeps that to itself."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
