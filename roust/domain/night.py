"""Night: the hours in which a page wakes somebody, by the clock of whoever is paged."""

from datetime import datetime, time

from roust.domain.zones import wall_clock, zone

BEGINS, ENDS = time(22), time(7)


def is_night(at: datetime, zone_name: str) -> bool:
    """Whether clocks in the zone show 22:00 or later, or before 07:00."""
    shown = wall_clock(at, zone(zone_name)).time()
    return shown >= BEGINS or shown < ENDS
