"""Every contact has a channel that works: nobody shall believe in a phone that cannot ring."""

from importlib.util import find_spec
from itertools import chain

from roust.config.problem import Path
from roust.config.validate import Draft
from roust.domain.settings import CHANNEL_OF, NEEDS_SETTINGS

CURE = {"slack": "; give it bot_token and signing_secret", "twilio": "; give it account_sid, auth_token and from"}

ADDRESSES = ("users.*.contacts.*.*", "stakeholder_groups.*.members.*.*")
"""Where somebody's address stands, under the kind that it is of."""


def check_channels(draft: Draft) -> None:
    """Every contact has a channel that works."""
    configured = {str(path[-1]) for path, node in draft.root.select("channels.*") if node.value is not None}
    for path, _ in chain(*(draft.root.select(pattern) for pattern in ADDRESSES)):
        # An unknown key is told already.
        channel = CHANNEL_OF.get(str(path[-1]))
        if channel in NEEDS_SETTINGS and channel not in configured:
            draft.error(path, f"nobody would be reached: channels.{channel} is not configured{CURE.get(channel, '')}")
        elif channel == "apprise" and find_spec("apprise") is None:
            draft.error(path, "nobody would be reached: apprise is not installed; pip install 'roust[apprise]'")
    _one_member_each(draft)


def _one_member_each(draft: Draft) -> None:
    """A press in Slack answers for whoever pressed: a member id is one user's."""
    first: dict[object, Path] = {}
    for path, node in draft.root.select("users.*.contacts.*.slack"):
        if not str(node.value).startswith(("U", "W")) or node.missing:
            continue
        other = first.setdefault(node.value, path)
        if other[1] != path[1]:
            draft.error(path, f"the same member as {other[1]}'s: a press in Slack would answer for {other[1]}")
