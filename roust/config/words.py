"""What pydantic found, in the words of the file: what is wrong, what was meant, never the value itself."""

import difflib
import re
from collections.abc import Iterable, Iterator

from pydantic_core import ErrorDetails

from roust.config.node import Node
from roust.domain.directory import CONTACT_KINDS

SECRET = frozenset(
    (
        *("link_keys", "integration_keys", "sha256", "secret", "username", "password"),
        *("account_sid", "auth_token", "bot_token", "signing_secret", "tokens"),
        *CONTACT_KINDS,
    )
)
"""Keys whose values are secrets or addresses."""

NAME_RULE = "not a name: letters, digits, . _ -, at most 64, beginning with a letter or digit"

_MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")
"""How pydantic names a member of an enumeration where not all of them may stand."""

_FORMS = {
    "sha256": "must be the sha256 of the token, 64 hexadecimal digits (printf %s TOKEN | sha256sum)",
    "from": "must be a clock time like 09:00",
    "to": "must be a clock time like 17:00, at most 24:00",
    "tls": "must be one of none, starttls, tls",
    "name": NAME_RULE,
}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'users'?`, or nothing."""
    near = difflib.get_close_matches(word[:80], list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


_SAY = {
    "missing": "is required",
    "string_type": "must be text (got {given}){quote}",
    "int_type": "must be a whole number (got {given})",
    "int_parsing": "must be a whole number (got {given})",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "dict_type": "must be a map of keys and values (got {given})",
    "model_type": "must be a map of keys and values (got {given})",
    "list_type": "must be a list (got {given})",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "too_long": "must have at most {max_length} entries",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "string_pattern_mismatch": "must have the form {pattern}",
}
"""By pydantic's name of the mistake."""


def words(error: ErrorDetails, value: Node | None, last: str | int, fields: Iterable[str] = ()) -> str:
    """The sentence for `error` about `value`, which stands under the key `last` (among `fields`)."""
    kind, context = error["type"], error.get("ctx", {})
    match kind:
        case "extra_forbidden":
            known = sorted(fields)
            return f"unknown key{did_you_mean(str(last), known) or '; known are ' + ', '.join(known)}"
        case "string_pattern_mismatch" if last in _FORMS:
            return _FORMS[str(last)]
        case "value_error" | "assertion_error":
            return _own_words(str(context.get("error", error["msg"])), value, last)
        case _ if kind in _SAY:
            if "expected" in context:
                # Of a member of an enumeration pydantic tells its name in Python too.
                context = context | {"expected": re.sub(r"<[\w.]+: ('[^']*')>", r"\1", context["expected"])}
            given = _kind_of(value)
            quote = "; quote it" if given in ("a number", "true or false") else ""
            if "expected" in context:
                context = context | {"expected": _MEMBER.sub(r"\1", str(context["expected"]))}
            said = _SAY[kind].format(given=given, quote=quote, **context)
            return said + (_meant(value, last, said) if "expected" in context else "")
    return error["msg"][:1].lower() + error["msg"][1:]


def _own_words(text: str, value: Node | None, last: str | int) -> str:
    """A validator's words may hold the value: they are kept only where it may be spoken of."""
    if value is None:
        return text
    if isinstance(value.value, dict | list):
        return "is not valid" if any(secret in text for secret in _secrets(value, last)) else text
    if not _open(value, last):
        return f"the value of {value.origin} is not valid here" if value.origin else "is not valid"
    return text


def _secrets(value: Node, last: str | int) -> Iterator[str]:
    if isinstance(value.value, str) and value.value and not _open(value, last):
        yield value.value
    for key, child in value.children():
        yield from _secrets(child, key if isinstance(key, str) else last)


def _meant(value: Node | None, last: str | int, expected: str) -> str:
    if value is None or not isinstance(value.value, str) or not _open(value, last):
        return ""
    return did_you_mean(value.value, re.findall(r"'([^']*)'", expected))


def _open(value: Node, last: str | int) -> bool:
    """Whether the value may be spoken of: no secret, nothing that stands outside the file."""
    return last not in SECRET and not value.origin


def _kind_of(value: Node | None) -> str:
    match value.value if value is not None else None:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int():
            return "a number"
        case str(text):
            return "text" if text else "an empty text"
        case list():
            return "a list"
    return "a map"
