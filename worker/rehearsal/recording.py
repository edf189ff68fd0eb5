"""The channels of a rehearsal: nothing leaves, everything is remembered."""

from dataclasses import dataclass

from activities.channels.channel import Channel, TryAgain
from roust.domain.directory import CONTACT_KINDS, Contact
from roust.domain.errors import Refused
from roust.domain.notification import Message, Receipt, Result
from worker.rehearsal.script import Fail, Failure


@dataclass(frozen=True)
class Sent:
    """A message that a channel was handed, and what became of it."""

    message: Message
    result: Result


class Recording:
    """Stands for every channel. Takes whatever it is handed, but for contacts that were told to fail."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self._failing: dict[tuple[str, str], Failure] = {}

    def clear(self) -> None:
        """For the next rehearsal."""
        self.sent, self._failing = [], {}

    def fail(self, fail: Fail) -> None:
        """From now on."""
        self._failing[fail.user, fail.contact] = fail.how

    async def send(self, message: Message, contact: Contact) -> Receipt:
        """The channel protocol."""
        match self._failing.get((message.user, message.contact)):
            case Failure.REFUSED:
                self.sent.append(Sent(message, Result.REFUSED))
                raise Refused("refused, as the rehearsal says")
            case Failure.TRY_AGAIN:
                self.sent.append(Sent(message, Result.TRY_AGAIN))
                raise TryAgain("not now, as the rehearsal says")
        self.sent.append(Sent(message, Result.SENT))
        return Receipt(said="rehearsed")

    def as_channels(self) -> dict[str, Channel]:
        """Itself for each kind of contact, whether a provider is configured for it or not."""
        return dict.fromkeys(CONTACT_KINDS, self)
