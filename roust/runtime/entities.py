"""What entities are called: workflows that keep something and publish it by memo."""

MEMO = "roust"
"""The one memo field of each, as of an alert."""


def overrides_of(schedule: str) -> str:
    """The workflow id of whoever keeps the overrides of `schedule`."""
    return f"overrides/{schedule}"


MAINTENANCE = "maintenance"
"""The workflow id of whoever keeps the maintenance made over API and command line."""
