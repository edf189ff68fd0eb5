"""A press: whether a person pressed a button of the answer page, or a scanner's script did (threats: mail
scanners and link previewers open every link, and some submit every form they find)."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

from itsdangerous import BadData

from roust.runtime.clock import CLOCK
from roust.runtime.stamped import Stamped

MOST_FORM = 32_768
"""Bytes of a form: the longest note there is, every character of it escaped."""
CONFIRM_SECONDS = 300
"""How long the second press may take."""
CONFIRM_AFTER = 1.0
"""Seconds before which nobody has read the second page: a script that presses on every page it is shown is faster."""
FORM = "application/x-www-form-urlencoded"


class Button(StrEnum):
    """Its value is what the pressed button sends."""

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    ACKNOWLEDGE_ALL = "acknowledge-all"
    ESCALATE = "escalate"
    SNOOZE_30M = "snooze-30m"
    SNOOZE_1H = "snooze-1h"
    SNOOZE_4H = "snooze-4h"
    NOTE = "note"
    UPDATE = "update"
    UPDATE_30M = "update-30m"
    UPDATE_1H = "update-1h"
    UPDATE_2H = "update-2h"


UPDATES = (Button.UPDATE, Button.UPDATE_30M, Button.UPDATE_1H, Button.UPDATE_2H)
SAYS = {Button.ESCALATE: "step", Button.NOTE: "text", **dict.fromkeys(UPDATES, "text")}
"""The field that goes with a button: the step that they saw, the note or update itself."""


class Doubt(StrEnum):
    """Why a POST is no press; each is the sentence that the page says."""

    NO_BUTTON = "Nothing was changed: press one of the buttons."
    OTHER_SITE = "Nothing was changed: that came from another site."
    NOT_BY_HAND = "Nothing was changed yet: please press once more."


@dataclass(frozen=True)
class Press:
    """The button that was pressed, with what it `said`; `doubt` is why it does not count."""

    button: Button | None
    doubt: Doubt | None = None
    said: str = ""


class Confirmations:
    """Signed, short-lived marks of a second page: whoever sends one back has read that page.

    `now`: seconds by a clock that all API hosts share, for one may make a mark and another read it.
    """

    def __init__(self, keys: Sequence[str], now: Callable[[], float] = CLOCK.epoch) -> None:
        self._now = now
        self._serializer = Stamped(
            list(reversed(keys)), salt="roust.press.v1", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def make(self, token: str, button: Button, said: str = "") -> str:
        made = self._serializer.dumps([_digest(token), button.value, _digest(said), round(self._now(), 3)])
        return made if isinstance(made, str) else made.decode()

    def holds(self, mark: str, token: str, button: Button, said: str = "") -> bool:
        """Whether `mark` was made for this link, button and what it says, in the last minutes, and was read."""
        try:
            made = self._serializer.loads(mark)
        except BadData:
            return False
        match made:
            case [*what, int() | float() as at]:
                read = CONFIRM_AFTER <= self._now() - at <= CONFIRM_SECONDS
                return read and what == [_digest(token), button.value, _digest(said)]
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()[:32]


def read_press(
    headers: Mapping[str, str], body: bytes, hosts: set[str], token: str, confirmations: Confirmations
) -> Press:
    """What a POST to the answer page means. `hosts`: how we are addressed (`host[:port]`)."""
    fields = _fields(headers, body)
    try:
        # The pressed button alone sends its own name and value; `form.submit()` sends neither.
        button = Button(fields.get("answer", ""))
    except ValueError:
        return Press(None, Doubt.NO_BUTTON)
    said = fields.get(SAYS.get(button, ""), "")
    if not _same_site(headers, hosts):
        return Press(button, Doubt.OTHER_SITE)
    if not _by_hand(headers) and not confirmations.holds(fields.get("mark", ""), token, button, said):
        return Press(button, Doubt.NOT_BY_HAND, said)
    return Press(button, said=said)


def _fields(headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    if headers.get("content-type", "").partition(";")[0].strip().lower() != FORM or len(body) > MOST_FORM:
        return {}
    try:
        parsed = parse_qs(body.decode("ascii", "replace"), max_num_fields=8)
    except ValueError:
        return {}
    return {name: values[0] for name, values in parsed.items() if len(values) == 1}


def _same_site(headers: Mapping[str, str], hosts: set[str]) -> bool:
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    # A page that sends no referrer has the origin `null`; Sec-Fetch-Site has already spoken for it.
    return origin is None or origin == "null" or urlsplit(origin).netloc.lower() in hosts


def _by_hand(headers: Mapping[str, str]) -> bool:
    """Whether the browser says that a person did it. Safari never says so, and plain clients say nothing."""
    mode = headers.get("sec-fetch-mode")
    if mode is None:
        return True
    agent = headers.get("user-agent", "")
    tells = "Chrome/" in agent or "Firefox/" in agent or "sec-ch-ua" in headers
    return mode == "navigate" and (not tells or headers.get("sec-fetch-user") == "?1")
