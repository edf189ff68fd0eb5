"""The Apprise channel: everything that has no channel of its own, through the optional package `apprise`."""

import asyncio
import functools
import importlib
import importlib.util
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from activities.brief import brief
from activities.channels.channel import DEADLINE, TryAgain
from activities.channels.http import MOST_READ
from activities.wording import subject
from roust.domain.alert import Urgency
from roust.domain.apprise import refusal
from roust.domain.directory import Contact
from roust.domain.errors import Refused
from roust.domain.notification import Message, MessageKind, Receipt
from roust.domain.settings import AppriseSettings

MOST_BYTES = 800
"""Of the facts, the link comes first: Pushover and Teams take about 1000 characters."""
_CONNECTING, _READING = 2.0, 4.0
_AT_ONCE = 16
"""Sends under way at one time."""
_STATUS = re.compile(r"\berror=(\d{3})\b")
_TRY_AGAIN = {408, 425, 429}
_CALLS_ALL = re.compile(r"@(?=(?:everyone|here|channel|all)\b)", re.IGNORECASE)


class AppriseChannel:
    """Hands each message to a short-lived instance of its own, in a thread, never with an attachment.

    What `roust.domain.apprise` does not allow is Refused, so is an address that the service cannot read, and
    an HTTP status that says so. Apprise tells no more of a failure than that there was one: else TryAgain.
    """

    def __init__(self, settings: AppriseSettings) -> None:
        self._settings = settings
        # Apart: whoever hangs here takes no thread from those who look up the names of other providers.
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="apprise")

    async def send(self, message: Message, contact: Contact) -> Receipt:
        if why := refusal(contact.address, self._settings.schemas):
            raise Refused(why)
        if importlib.util.find_spec("apprise") is None:
            raise Refused("the package apprise is not installed: pip install 'roust[apprise]'")
        async with asyncio.timeout(DEADLINE):
            # Apart, for the first time takes seconds on a busy machine: cut off here, nothing has gone out.
            in_thread = asyncio.get_running_loop().run_in_executor
            package = await in_thread(self._threads, _package)
            # A thread cannot be stopped; its own timeouts end it. One that has not begun never will.
            said = await in_thread(self._threads, _notify, package, contact.address, message)
        return Receipt(said=said)


def _notify(apprise: Any, address: str, message: Message) -> str:
    asset = apprise.AppriseAsset(http_redirects=False, storage_mode="memory", secure_logging=True, async_mode=False)
    try:
        service = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=False)
    # What it raises for an address that lacks something repeats the address.
    except TypeError:
        service = None
    if service is None:
        raise Refused("the Apprise URL is not complete")
    service.socket_connect_timeout, service.socket_read_timeout = _CONNECTING, _READING
    service.retry = 0
    one = apprise.Apprise(asset=asset)
    one.add(service)
    with one.notify(
        title=_harmless(subject(message)),
        body=_harmless(_body(message)),
        notify_type=_kind(apprise, message),
        body_format=apprise.NotifyFormat.TEXT,
        timeout=_CONNECTING + _READING,
    ) as result:
        if result:
            return f"{service.service_name} took it"
        # Its words name hosts and paths of the address; the status alone is safe to repeat.
        found = [_STATUS.search(str(entry)) for entry in result.logs()]
        status = next((int(match[1]) for match in found if match), None)
    if status is not None and 300 <= status < 500 and status not in _TRY_AGAIN:
        raise Refused(f"{service.service_name}: HTTP {status}")
    raise TryAgain(f"{service.service_name}: {f'HTTP {status}' if status else 'not delivered'}")


def _package() -> Any:
    """The package with its services read, at the first send by it: there are 180 of them."""
    package = importlib.import_module("apprise")
    manager = importlib.import_module("apprise.manager_plugins").NotificationManager()
    if not manager:
        manager.load_modules()
    _hears_the_beginning()
    # Its log names addresses.
    log = logging.getLogger("apprise")
    if log.propagate:
        log.propagate = False
        log.addHandler(logging.NullHandler())
    return package


@functools.cache
def _hears_the_beginning() -> None:
    """Its services read an answer to its end, through `requests`, of which nobody else here makes use: from now
    on 64 KiB are the end."""
    requests = importlib.import_module("requests")
    whole = requests.Response.iter_content

    def beginning(answer: Any, *how: Any, **named: Any) -> Iterator[Any]:
        heard = 0
        for part in whole(answer, *how, **named):
            yield part
            heard += len(part)
            if heard >= MOST_READ:
                return

    requests.Response.iter_content = beginning


def _body(message: Message) -> str:
    answer = [f"Answer: {message.answer_url}"] if message.answer_url else []
    return "\n\n".join([*answer, brief(message, MOST_BYTES)])


def _kind(apprise: Any, message: Message) -> Any:
    match message.kind:
        case MessageKind.PAGE:
            loud = message.alert.urgency is Urgency.HIGH
            return apprise.NotifyType.FAILURE if loud else apprise.NotifyType.WARNING
        case MessageKind.RESOLVED:
            return apprise.NotifyType.SUCCESS
        case _:
            return apprise.NotifyType.INFO


def _harmless(words: str) -> str:
    """Without calling everybody in a chat that would take a stranger's `@everyone` for ours."""
    return _CALLS_ALL.sub("@\u200b", words)
