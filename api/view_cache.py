"""Views, remembered for a second: many who look at one alert in a storm cost its workflow one query."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from workflows.messages import AlertView

FRESH = 1.0
"""Seconds."""
MOST = 256
"""Views kept."""


class ViewCache:
    """One read at a time per alert; whoever asks meanwhile, or within a second, shares its answer."""

    def __init__(self, read: Callable[[str], Awaitable[AlertView]], fresh: float = FRESH) -> None:
        self._read = read
        self._fresh = fresh
        self._views: OrderedDict[str, tuple[float, asyncio.Future[AlertView]]] = OrderedDict()

    async def view(self, alert: str) -> AlertView:
        now = asyncio.get_running_loop().time()
        known = self._views.get(alert)
        if known is not None and (not known[1].done() or now < known[0]):
            return await asyncio.shield(known[1])
        reading = asyncio.ensure_future(self._read(alert))
        self._views[alert] = (now + self._fresh, reading)
        self._views.move_to_end(alert)
        while len(self._views) > MOST:
            self._views.popitem(last=False)
        try:
            return await asyncio.shield(reading)
        except Exception:
            self._views.pop(alert, None)  # a failure is nobody's answer but this one's
            raise

    def forget(self, alert: str) -> None:
        """The alert has just changed: the next look is a new one."""
        self._views.pop(alert, None)
