"""What pydantic found, in the words of the file: what is wrong, what was meant, never the value itself."""

import difflib
import re
from collections.abc import Iterable

from pydantic_core import ErrorDetails

from roust.config.node import Node

SECRET = frozenset(
    ("link_keys", "integration_keys", "sha256", "secret", "password", "username", "account_sid", "auth_token")
    + ("bot_token", "signing_secret", "email", "webhook", "ntfy", "sms", "voice", "slack", "apprise")
)
"""Keys whose values are secrets or addresses."""

NAME_RULE = "not a name: letters, digits, . _ -, at most 64, beginning with a letter or digit"

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


def words(error: ErrorDetails, value: Node | None, last: str | int, fields: Iterable[str] = ()) -> str:
    """The sentence for `error` about `value`, which stands under the key `last` (among `fields`)."""
    kind, context = error["type"], error.get("ctx", {})
    given = _kind_of(value)
    match kind:
        case "missing":
            return "is required"
        case "extra_forbidden":
            known = sorted(fields)
            return f"unknown key{did_you_mean(str(last), known) or '; known are ' + ', '.join(known)}"
        case "string_type" | "string_sub_type":
            hint = "; quote it" if given in ("a number", "true or false") else ""
            return f"must be text (got {given}){hint}"
        case "int_type" | "int_parsing" | "int_from_float" | "int_parsing_size":
            return f"must be a whole number (got {given})"
        case "bool_type" | "bool_parsing":
            return "must be true or false"
        case "dict_type" | "model_type" | "model_attributes_type" | "mapping_type":
            return f"must be a map of keys and values (got {given})"
        case "list_type" | "tuple_type" | "set_type" | "iterable_type":
            return f"must be a list (got {given})"
        case "too_short" | "string_too_short":
            return "must not be empty"
        case "too_long":
            return f"must have at most {context.get('max_length')} entries"
        case "enum" | "literal_error":
            expected = str(context.get("expected", ""))
            near = did_you_mean(_text(value), re.findall(r"'([^']*)'", expected)) if _open(value, last) else ""
            return f"must be {expected}{near}"
        case "string_pattern_mismatch":
            return _FORMS.get(str(last), f"must have the form {context.get('pattern')}")
        case "greater_than_equal":
            return f"must be at least {context.get('ge')}"
        case "less_than_equal":
            return f"must be at most {context.get('le')}"
        case "value_error" | "assertion_error":
            # A validator's own words may hold the value.
            if value is not None and not _open(value, last):
                return f"the value of {value.origin} is not valid here" if value.origin else "is not valid"
            return str(context.get("error", error["msg"]))
    return error["msg"][:1].lower() + error["msg"][1:]


def _open(value: Node | None, last: str | int) -> bool:
    """Whether the value may be spoken of: no secret, nothing that stands outside the file."""
    if value is None:
        return True
    return last not in SECRET and not _borrowed(value)


def _borrowed(value: Node) -> bool:
    return bool(value.origin) or any(_borrowed(child) for _, child in value.children())


def _text(value: Node | None) -> str:
    return value.value if value is not None and isinstance(value.value, str) else ""


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
