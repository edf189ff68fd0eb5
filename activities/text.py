"""Cleaning text for where it goes: any text pages, and no provider's word tells an address."""

import math
import re
import unicodedata
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

HEADER_CAP = 200
SAID_CAP = 200
BODY_CAP = 4096
_DEPTH = 20
_ITEMS = 500
_MASK = "***"

_BREAKS = re.compile("\r\n|[\r\u2028\u2029\u0085\v\f]")
# C0 but tab and newline, DEL and C1, surrogates, overrides and isolates that turn text around, noncharacters.
_HARMFUL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufdd0-\ufdef\ufffe\uffff]"
)
_NOT_IN_A_LINE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# More than four combining marks on a letter: nobody's language, and it paints over the lines around it.
_MARK = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_MARKS = re.compile(f"({_MARK}{{4}}){_MARK}+")
# Begins only where a word does, and gives nothing back: linear in what a provider may choose to say.
_MAIL_ADDRESS = re.compile(r"""(?<![^\s<>()\[\]"',;:])[^\s<>()\[\]"',;:@]++@[^\s<>()\[\]"',;:]++""")
_NUMBER = re.compile(r"\+?\d(?:[\s().\-/]{0,2}\d){5,}")
_SHORTEST_NUMBER = 6


def body(text: str, cap: int = BODY_CAP) -> str:
    """`text` for a mail's body or a JSON value: its lines kept, what breaks or deceives a reader removed."""
    kept = _MARKS.sub(r"\1", _HARMFUL.sub("", _BREAKS.sub("\n", text[: cap * 4])))
    return kept if len(kept) <= cap else kept[: cap - 1] + "…"


def line(text: str, cap: int = HEADER_CAP) -> str:
    """`text` as one line for a header or a subject: no control, format or break character of any kind."""
    spaced = re.sub(r"\s+", " ", _BREAKS.sub(" ", text[: cap * 4]))
    kept = "".join(c for c in spaced if unicodedata.category(c) not in _NOT_IN_A_LINE)
    kept = " ".join(_MARKS.sub(r"\1", kept).split())
    return kept if len(kept) <= cap else kept[: cap - 1] + "…"


def header(text: str, cap: int = HEADER_CAP) -> str:
    """`text` as one line for a mail's header. An encoded word in it is made harmless: the mail library would
    decode it, line breaks and all, and so let a source write headers of its own."""
    return line(text.replace("=?", "= ?"), cap)


def value(found: Any, depth: int = 0) -> Any:
    """A JSON value that every receiver can read: clean strings, finite numbers, bounded depth and width."""
    match found:
        case None | bool():
            return found
        case str():
            return body(found)
        case int():
            return found if found.bit_length() <= 64 else f"a number of {found.bit_length()} bits"
        case float():
            return found if math.isfinite(found) else str(found)
        case dict() | list() | tuple() if depth >= _DEPTH:
            return "…"
        case dict():
            return {line(str(k)): value(v, depth + 1) for k, v in list(found.items())[:_ITEMS]}
        case list() | tuple():
            return [value(v, depth + 1) for v in found[:_ITEMS]]
        case _:
            return body(str(found))


def provider_words(words: object, address: str, cap: int = SAID_CAP, hidden: Iterable[str] = ()) -> str:
    """What a provider said, fit for a result, an exception or a log: one line of at most 200 characters in
    which neither `address` nor a part of it that tells it is left (rule 21), nor one of `hidden`: what
    we showed to be let in, what lets whoever reads it answer. Error pages repeat what they were sent."""
    # Cleaned first: a control character inside an address must not hide it from the mask.
    said = line(str(words), cap * 20)
    for secret in filter(None, hidden):
        said = said.replace(secret, _MASK)
    for part in _telling(address):
        before, after = r"(?<!\w)" * part[0].isalnum(), r"(?!\w)" * part[-1].isalnum()
        said = re.sub(f"{before}{re.escape(part)}{after}", _MASK, said, flags=re.IGNORECASE)
    said = _MAIL_ADDRESS.sub(_MASK, said)
    digits = re.sub(r"\D", "", address)
    if len(digits) >= _SHORTEST_NUMBER:
        tail = digits[-_SHORTEST_NUMBER:]
        said = _NUMBER.sub(lambda m: _MASK if tail in re.sub(r"\D", "", m[0]) else m[0], said)
    return line(said, cap)


def _telling(address: str) -> list[str]:
    """The address and the parts of it that tell it, the longest first."""
    parts = {address, address.strip()}
    if "://" in address:
        try:
            url = urlsplit(address)
            parts |= {url.netloc, url.hostname or "", url.path, f"{url.path}?{url.query}", url.query}
            parts |= {url.username or "", url.password or ""}
            parts |= {piece for piece in url.path.split("/") if len(piece) > 3}
            parts |= {piece.partition("=")[2] for piece in url.query.split("&")}
        except ValueError:
            parts |= set(re.split(r"[/?&=@]+", address)[1:])
    elif "@" in address:
        parts |= {address.rpartition("@")[0]}
    return sorted((part for part in parts if part.strip("/?")), key=len, reverse=True)
