"""Alert ids as people type them: whole, or a beginning that fits one alert."""

import re

from roust.cli.http import Api, ApiTrouble, UsageTrouble

_WHOLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}-[0-9a-f]{20}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TYPED = re.compile(r"[A-Za-z0-9._-]{1,128}")
_TAIL = 58
"""Characters of an id after its service: `-`, 20 hex, `-`, a UUID."""
_SHOWN_TAIL = 7
"""`-` and six hex: what a shortened id shows at least."""
_PAGE, _PAGES = 200, 50


def whole_id(api: Api, typed: str, resolved_too: bool = False) -> str:
    """The id that `typed` is, or begins among the open alerts. ApiTrouble when none or several do.

    `resolved_too`: when no open one fits, the latest resolved ones are looked through; only for reading.
    """
    typed = typed.strip()
    if _WHOLE.fullmatch(typed):
        return typed
    if not _TYPED.fullmatch(typed):
        raise UsageTrouble(f"{typed!r} is no alert id; `roust alerts` lists them")
    found = [each for each in _open_ids(api) if each.startswith(typed)]
    if not found and resolved_too:
        latest = api.get("/v1/alerts", state="resolved", limit=_PAGE).body["alerts"]
        found = [alert["id"] for alert in latest if alert["id"].startswith(typed)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise ApiTrouble(
            f"no open alert's id begins with {typed!r}; `roust alerts` lists the open ones, "
            "and a resolved one needs its whole id"
        )
    some = ", ".join(shortened(found)[:4]) + (", …" if len(found) > 4 else "")
    raise ApiTrouble(f"{len(found)} alerts begin with {typed!r}; type more of the id: {some}")


def _open_ids(api: Api) -> list[str]:
    found: list[str] = []
    cursor = None
    for _ in range(_PAGES):
        page = api.get("/v1/alerts", limit=_PAGE, cursor=cursor).body
        # The list lags some seconds: one that was resolved just now may still be in it.
        found += [str(alert["id"]) for alert in page["alerts"] if alert["state"] != "resolved"]
        cursor = page.get("next")
        if cursor is None:
            return found
    raise ApiTrouble(f"more than {_PAGE * _PAGES} alerts to look through; give the whole id")


def shortened(ids: list[str]) -> list[str]:
    """Each id cut to a beginning that no other of `ids` shares: its service and six hex at least."""
    return [_short(each, [other for other in ids if other != each]) for each in ids]


def _short(each: str, others: list[str]) -> str:
    for length in range(len(each) - _TAIL + _SHOWN_TAIL, len(each)):
        if not any(other.startswith(each[:length]) for other in others):
            return each[:length]
    return each
