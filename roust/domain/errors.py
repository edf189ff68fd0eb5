"""What can go wrong, as a family; each docstring is the sentence a person reads."""


class RoustError(Exception):
    """Something that Roust understands went wrong; the message says what and how to mend it."""


class Refused(RoustError):
    """The provider will not take this message to this address, however often it is tried."""
