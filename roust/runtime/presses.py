"""Presses: signed tokens of buttons that answer without the answer page, in a push or a chat."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from itsdangerous import BadData

from roust.domain.errors import RoustError
from roust.domain.notification import Press
from roust.runtime.stamped import Stamped

_SALT = "roust.button.v1"
_LONGEST = 1024


class BadPress(RoustError):
    """This is not the token of a button that we made, or not all of it."""


@dataclass(frozen=True)
class PressToken:
    """What a button's token says: whose it is, for which alert, and the step that its message shows."""

    alert: str
    user: str
    made_at: datetime
    step: int


class Presses:
    """Makes and reads the tokens of buttons. No answer link is one, and none is an answer link.

    The first of `keys` signs, all of them verify. ValueError when there is none.
    """

    def __init__(self, keys: Sequence[str], base_url: str) -> None:
        keys = [key for key in keys if key]
        if not keys:
            raise ValueError("no link_keys are configured, so there are no buttons")
        self._base_url = base_url.rstrip("/")
        # itsdangerous signs with the last of its keys.
        self._serializer = Stamped(list(reversed(keys)), salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256})

    def make(self, alert_id: str, user: str, step: int) -> Press:
        """What `user` answers alert `alert_id` by; an escalate from it is bound to `step`."""
        token = self._serializer.dumps([alert_id, user, step])
        return Press(url=f"{self._base_url}/press", token=token if isinstance(token, str) else token.decode())

    def read(self, token: str) -> PressToken:
        """What `token` says. Raises BadPress for what we did not make."""
        if len(token) > _LONGEST or not token.isascii():
            raise BadPress("this button is damaged")
        try:
            said, made_at = self._serializer.loads(token, return_timestamp=True)
        except BadData:
            raise BadPress("this button is damaged, or its key is no longer in use") from None
        match said:
            case [str(alert), str(user), int(step)]:
                return PressToken(alert, user, made_at, step)
            case _:
                raise BadPress("this button is of another kind")
