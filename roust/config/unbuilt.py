"""What the format knows and this release does not do yet: said plainly, so that nobody relies on it."""

from itertools import chain

from roust.config.validate import Draft
from roust.domain.settings import CHANNEL_OF, NEEDS_SETTINGS

NOT_BUILT: tuple[str, ...] = ()
"""Accepted by the models, refused by the check. Whoever builds one deletes its row."""

BUILT = frozenset({"email", "webhook", "ntfy", "slack", "twilio"})
"""Channels of this release; what `activities/build.py` builds."""

CURE = {"slack": "; give it bot_token and signing_secret", "twilio": "; give it account_sid, auth_token and from"}

ADDRESSES = ("users.*.contacts.*.*", "stakeholder_groups.*.members.*.*")
"""Where somebody's address stands, under the kind that it is of."""

_USABLE = " or ".join(kind for kind, channel in CHANNEL_OF.items() if channel in BUILT)
_LATER = "not built yet in this release"


def check_unbuilt(draft: Draft) -> None:
    """Nothing in the file waits for a later release."""
    for pattern in NOT_BUILT:
        for path, node in draft.root.select(pattern):
            if node.value is not None:
                draft.error(path, _LATER)


def check_channels(draft: Draft) -> None:
    """Every contact has a channel that works."""
    configured = {str(path[-1]) for path, node in draft.root.select("channels.*") if node.value is not None}
    for path, _ in chain(*(draft.root.select(pattern) for pattern in ADDRESSES)):
        channel = CHANNEL_OF.get(str(path[-1]))
        if channel is None:
            continue  # an unknown key, told already
        if channel not in BUILT:
            draft.error(
                path,
                f"{path[-1]} is {_LATER}: nobody would be reached; use {_USABLE}",
            )
        elif channel in NEEDS_SETTINGS and channel not in configured:
            draft.error(path, f"nobody would be reached: channels.{channel} is not configured{CURE.get(channel, '')}")
    for path, node in draft.root.select("channels.*"):
        if node.value is not None and path[-1] in set(CHANNEL_OF.values()) - BUILT:
            draft.warn(path, f"{_LATER}: nothing uses it")
