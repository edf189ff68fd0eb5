"""Text that may travel: nothing in it that a protocol chokes on, cut where it must be, between characters."""

import json


def clean(text: str) -> str:
    """`text` without what protocols refuse: NUL and lone surrogates become U+FFFD."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text


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
