"""Texts for a phone: what fits into one text message, and what a letter costs there (3GPP TS 23.038)."""

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")
"""An escape and a letter: two septets each."""

_ALIKE = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " "),
        "…": "...",
        "•": "*",
        "→": "->",
        "×": "x",
        "⁄": "/",
        "ç": "c",
    }
)
"""Typographic signs that would double the price of a whole message for the look of one letter."""

_PICTURES = frozenset({"So", "Sk"})
"""Emoji, and the colours of their skin: one of them would halve the room for all the words."""

_MISSING = "..."
ONE, EACH = 160, 153
"""Septets of a message that stands alone, and of each part of a longer one."""
ONE_WIDE, EACH_WIDE = 70, 67
"""The same in UTF-16 units, for a text with a letter that GSM-7 lacks."""


def plain(text: str) -> str:
    """`text` with typographic signs and accents in letters of GSM-7, where they have any, and without pictures."""
    return "".join(_letter(letter) for letter in text.translate(_ALIKE))


def _letter(letter: str) -> str:
    if letter in _BASIC or letter in _EXTENDED:
        return letter
    if unicodedata.category(letter) in _PICTURES or letter == "\ufe0f":
        return ""
    bare = "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
    bare = bare.translate(_ALIKE)
    return bare if bare and all(c in _BASIC or c in _EXTENDED for c in bare) else letter


def narrow(text: str) -> bool:
    """Whether `text` can be sent in GSM-7."""
    return all(c in _BASIC or c in _EXTENDED for c in text)


def length(text: str, wide: bool) -> int:
    """What `text` costs: UTF-16 units where the message it stands in is `wide`, else septets."""
    if wide:
        return len(text.encode("utf-16-le", "replace")) // 2
    return len(text) + sum(c in _EXTENDED for c in text)


def segments(text: str) -> int:
    """How many text messages `text` is sent and billed as."""
    wide = not narrow(text)
    units = length(text, wide)
    return 1 if units <= capacity(1, wide) else -(-units // (EACH_WIDE if wide else EACH))


def capacity(most: int, wide: bool) -> int:
    """The units that `most` segments hold."""
    one, each = (ONE_WIDE, EACH_WIDE) if wide else (ONE, EACH)
    return one if most == 1 else most * each


def shortened(text: str, units: int, wide: bool) -> str:
    """The longest beginning of `text` that costs at most `units`, ending in `...` where something is missing."""
    if length(text, wide) <= units:
        return text
    kept, cost = 0, len(_MISSING)
    for letter in text:
        cost += length(letter, wide)
        if cost > units:
            break
        kept += 1
    return text[:kept].rstrip() + _MISSING if units >= len(_MISSING) else ""
