"""Text that may travel: nothing in it that a protocol chokes on, cut where it must be, between characters."""

import json
import unicodedata


def clean(text: str) -> str:
    """`text` without what protocols refuse: NUL and lone surrogates become U+FFFD."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text


_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and a symbol by Unicode's tables that show nothing: fillers, and braille without a dot."""


def shows(text: str) -> bool:
    """Whether a reader sees anything of `text`: blanks, controls and signs of no width say nothing."""
    return any(unicodedata.category(sign)[0] not in "ZCM" and sign not in _BLANK for sign in clean(text))


def weight(text: str) -> int:
    """The bytes of `text` inside a JSON string in UTF-8, without its quotes: what it costs in a history."""
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass")) - 2


def cut(text: str, most: int) -> str:
    """The longest beginning of `text` that weighs at most `most` bytes."""
    text = text[: max(most, 0)]  # A character weighs at least a byte.
    if weight(text) <= most:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if weight(text[:middle]) <= most:
            low = middle
        else:
            high = middle - 1
    return text[:low]
