"""When a provider asks to be tried again."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LEAST, MOST = 1.0, 600.0


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds from `now`, within 1 and 600, that a Retry-After header asks for (RFC 9110 §10.2.3: seconds
    or a date). None when there is none, or it says nothing that can be understood."""
    if value is None:
        return None
    value = value.strip()
    if re.fullmatch(r"[0-9]+", value):
        # More digits than any sensible wait: the most, without converting them.
        asked = float(value) if len(value) < 12 else MOST
    else:
        try:
            until = parsedate_to_datetime(value)
            asked = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
        except (ValueError, OverflowError, TypeError):
            return None
    return min(max(asked, LEAST), MOST)
