"""A matcher: one condition on one label, in Alertmanager's syntax (`severity=~"critical|page"`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator

from roust.domain.regex import compiled

OPERATORS = ("=~", "!~", "!=", "=")
MOST_MATCHED = 1024
"""Characters of a label's value that an expression sees. The longest of Kubernetes' is 63."""

_RESERVED = frozenset("{}!=~,\\\"'`")
_UNESCAPED = {"\\": "\\", '"': '"', "'": "'", "n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True)
class Matcher:
    """`name` `op` `value`; a label that is missing counts as empty, expressions are anchored at both ends."""

    name: str
    op: str
    value: str

    def __post_init__(self) -> None:
        if self.op in ("=~", "!~"):
            compiled(self.value)

    @staticmethod
    def parse(text: str) -> "Matcher":
        """The matcher that `text` says, alone or in braces. ValueError names the position and the reason."""
        return _parse(text)

    def matches(self, labels: Mapping[str, str]) -> bool:
        value = labels.get(self.name, "")
        match self.op:
            case "=":
                return value == self.value
            case "!=":
                return value != self.value
            case "=~":
                return compiled(self.value).matches(value[:MOST_MATCHED])
            case _:
                return not compiled(self.value).matches(value[:MOST_MATCHED])

    def __str__(self) -> str:
        quoted = "".join(
            {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(c, c) for c in self.value
        )
        return f'{self.name}{self.op}"{quoted}"'


@lru_cache(maxsize=4096)
def _parse(text: str) -> Matcher:
    begin, end = _trimmed(text, 0, len(text))
    if text[begin : begin + 1] == "{":
        if text[end - 1] != "}" or end - begin < 2:
            raise ValueError(f"at character {end}: '{{' is never closed")
        begin, end = _trimmed(text, begin + 1, end - 1)
    name, at = _word(text, begin, end, "a label's name")
    at, _ = _trimmed(text, at, end)
    op = next((op for op in OPERATORS if text.startswith(op, at, end)), None)
    if op is None:
        raise ValueError(f"at character {at + 1}: expected one of = != =~ !~ after {name!r}")
    at, _ = _trimmed(text, at + len(op), end)
    value, at = _word(text, at, end, 'a value; an empty one is written ""')
    if not name:
        raise ValueError(f"at character {begin + 1}: a label's name cannot be empty")
    at, _ = _trimmed(text, at, end)
    if at < end:
        raise ValueError(
            f"at character {at + 1}: unexpected {text[at]!r} after the value; "
            "one matcher per entry, other characters in quotes"
        )
    try:
        return Matcher(name, op, value)
    except ValueError as reason:
        raise ValueError(f"{text[:80]!r} holds a bad expression: {reason}") from None


def _trimmed(text: str, begin: int, end: int) -> tuple[int, int]:
    while begin < end and text[begin].isspace():
        begin += 1
    while begin < end and text[end - 1].isspace():
        end -= 1
    return begin, end


def _word(text: str, at: int, end: int, what: str) -> tuple[str, int]:
    """A quoted or bare word that begins at `at`, and where it ended."""
    if text[at:end][:1] == '"':
        return _quoted(text, at, end)
    begin = at
    while at < end and text[at] not in _RESERVED and not text[at].isspace():
        at += 1
    if at == begin:
        found = repr(text[at]) if at < end else "the end"
        raise ValueError(f"at character {at + 1}: expected {what}, found {found}")
    return text[begin:at], at


def _quoted(text: str, at: int, end: int) -> tuple[str, int]:
    begin = at
    at += 1
    chars: list[str] = []
    while at < end and text[at] != '"':
        if text[at] == "\\":
            at += 1
            # An unknown escape keeps its backslash, as in Alertmanager's classic parser: "\d+" is enough.
            chars.append(_UNESCAPED.get(text[at], "\\" + text[at]) if at < end else "\\")
        else:
            chars.append(text[at])
        at += 1
    if at >= end:
        raise ValueError(f"at character {begin + 1}: the quote is never closed")
    return "".join(chars), at + 1


def _checked(text: str) -> str:
    Matcher.parse(text)
    return text


MatcherText = Annotated[str, AfterValidator(_checked)]
"""A matcher as it stands in the configuration, checked where it is read."""
