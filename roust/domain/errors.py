"""What can go wrong, as a family; each docstring is the sentence a person reads."""


class RoustError(Exception):
    """Something that Roust understands went wrong; the message says what and how to mend it."""


class UnknownName(RoustError):
    """A user, team, group, schedule, policy or service is named that the directory does not hold."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"no {kind} named {name!r}")
        self.kind = kind
        self.name = name


class Refused(RoustError):
    """The provider will not take this message to this address, however often it is tried."""
