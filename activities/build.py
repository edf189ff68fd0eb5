"""Which channels there are: built from the configuration, by the kind of contact they serve."""

from activities.channels.channel import Channel
from activities.channels.email import EmailChannel
from activities.channels.webhook import WebhookChannel
from roust.domain.settings import Channels, WebhookSettings


def build_channels(settings: Channels) -> dict[str, Channel]:
    """A channel for each kind of contact that can be reached. Webhooks need no settings of their own:
    without them posts go unsigned, and to public https targets alone."""
    channels: dict[str, Channel] = {"webhook": WebhookChannel(settings.webhook or WebhookSettings())}
    if settings.email is not None:
        channels["email"] = EmailChannel(settings.email)
    return channels
