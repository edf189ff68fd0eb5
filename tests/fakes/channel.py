"""A channel that remembers what it was given, and fails when it is told to."""

from roust.domain.directory import Contact
from roust.domain.notification import Message, Receipt


class RecordingChannel:
    """`broken`: what it raises instead of sending, until it is set to None again."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.tried = 0
        self.broken: Exception | None = None

    async def send(self, message: Message, contact: Contact) -> Receipt:
        self.tried += 1
        if self.broken is not None:
            raise self.broken
        self.messages.append(message)
        return Receipt(said="taken")

    @property
    def told(self) -> list[tuple[str, str]]:
        """(kind, summary) of each message, in order."""
        return [(message.kind.value, message.alert.summary) for message in self.messages]
