"""How each channel reaches its provider: the `channels` part of the configuration."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr


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
    account_sid: str
    auth_token: SecretStr
    from_: Annotated[str, Field(alias="from")]


class SlackSettings(_Settings):
    bot_token: SecretStr
    signing_secret: SecretStr


class Channels(_Settings):
    email: EmailSettings | None = None
    webhook: WebhookSettings | None = None
    twilio: TwilioSettings | None = None
    slack: SlackSettings | None = None
