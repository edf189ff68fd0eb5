"""Foreign payloads: words, labels and links out of any JSON, without ever failing on a wrong type."""

import json
from typing import Any
from urllib.parse import urlsplit

from roust.domain.alert import Link


def words(value: Any) -> str:
    """`value` as text: a string as it is, a figure in digits, nothing as "", anything else as JSON."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def first_words(*values: Any) -> str:
    """The first that says something, without space around it."""
    return next((text for value in values if (text := words(value).strip())), "")


def mapping(value: Any) -> dict[str, Any]:
    """`value` where it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def labels(value: Any) -> dict[str, str]:
    return {name: words(one) for name, one in mapping(value).items()}


def is_link(href: Any) -> bool:
    """Whether `href` leads to a page: http or https with a host; never `javascript:` or a file."""
    if not isinstance(href, str):
        return False
    try:
        parts = urlsplit(href.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.netloc)


def links(*pairs: tuple[Any, str]) -> list[Link]:
    """Links of (address, text), those that lead somewhere."""
    return [Link(href=href.strip(), text=text) for href, text in pairs if is_link(href)]
