"""How each channel reaches its provider: the `channels` part of the configuration."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

CHANNEL_OF: Mapping[str, str] = MappingProxyType(
    {
        "email": "email",
        "webhook": "webhook",
        "ntfy": "ntfy",
        "sms": "twilio",
        "voice": "twilio",
        "slack": "slack",
        "apprise": "apprise",
    }
)
"""The channel that serves each kind of contact."""

NEEDS_SETTINGS = frozenset({"email", "twilio", "slack"})
"""Channels that reach nobody without their part of `channels`."""


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class EmailSettings(_Settings):
    """The SMTP server that takes our mail. `tls`: none, starttls, or tls from the first byte."""

    host: str
    port: int = Field(default=25, ge=1, le=65535)
    from_: Annotated[str, Field(alias="from")]
    username: str | None = None
    password: SecretStr | None = None
    tls: Annotated[str, Field(pattern=r"^(none|starttls|tls)$")] = "none"


class WebhookSettings(_Settings):
    """`secret` signs (Standard Webhooks); `allow` names the private networks that the operator allows."""

    secret: SecretStr | None = None
    allow: list[str] = []


class TwilioSettings(_Settings):
    """Texts and calls. `from`: the number they come from; `base_url`: another region of Twilio's, or a stand-in."""

    account_sid: str
    auth_token: SecretStr
    from_: Annotated[str, Field(alias="from")]
    base_url: str = "https://api.twilio.com"


class SlackSettings(_Settings):
    """The Slack app: its bot token sends, its signing secret proves what comes back. `base_url`: where the
    Web API is, for a proxy or a test to stand in."""

    bot_token: SecretStr
    signing_secret: SecretStr
    base_url: str = "https://slack.com/api"


class NtfySettings(_Settings):
    """`tokens`: access tokens by server (`ntfy.example.com`, `127.0.0.1:8080`); `allow` names the private
    networks that the operator allows. Public https servers with open topics need neither."""

    tokens: dict[str, SecretStr] = {}
    allow: list[str] = []


class AppriseSettings(_Settings):
    """`schemas` the operator lets out besides those that are allowed anyway."""

    schemas: list[str] = []


class Channels(_Settings):
    email: EmailSettings | None = None
    webhook: WebhookSettings | None = None
    twilio: TwilioSettings | None = None
    slack: SlackSettings | None = None
    ntfy: NtfySettings | None = None
    apprise: AppriseSettings | None = None
