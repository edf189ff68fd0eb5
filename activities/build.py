"""Which channels there are: built from the configuration, by the kind of contact they serve."""

from collections.abc import Callable, Mapping

from activities.channels.apprise import AppriseChannel
from activities.channels.channel import Channel
from activities.channels.email import EmailChannel
from activities.channels.ntfy import NtfyChannel
from activities.channels.slack import SlackChannel
from activities.channels.webhook import WebhookChannel
from roust.domain.settings import AppriseSettings, Channels, NtfySettings, WebhookSettings

BUILDERS: Mapping[str, Callable[[Channels], Channel | None]] = {
    "email": lambda settings: EmailChannel(settings.email) if settings.email else None,
    # No settings: posts go unsigned, to public https targets alone.
    "webhook": lambda settings: WebhookChannel(settings.webhook or WebhookSettings()),
    "ntfy": lambda settings: NtfyChannel(settings.ntfy or NtfySettings()),
    "apprise": lambda settings: AppriseChannel(settings.apprise or AppriseSettings()),
    "slack": lambda settings: SlackChannel(settings.slack) if settings.slack else None,
}
"""By kind of contact; None: not without settings of its own."""


def build_channels(settings: Channels) -> dict[str, Channel]:
    """A channel for each kind of contact that can be reached."""
    built = {kind: build(settings) for kind, build in BUILDERS.items()}
    return {kind: channel for kind, channel in built.items() if channel is not None}
