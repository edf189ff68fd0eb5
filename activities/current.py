"""What pages leave by, as the configuration in force says: channels and links that follow a reload."""

from collections.abc import Callable, Iterator, Mapping

from activities.build import build_channels
from activities.channels.channel import Channel
from activities.channels.twilio import twilio_channels
from roust.domain.directory import Directory
from roust.domain.notification import Press
from roust.domain.settings import Channels
from roust.runtime.links import AnswerToken, Links, alert_url


class CurrentChannels(Mapping[str, Channel]):
    """The channels by kind of contact; built anew when their settings change, and only then."""

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory
        self._settings: Channels | None = None
        self._built: dict[str, Channel] = {}

    def __getitem__(self, kind: str) -> Channel:
        return self._now()[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())

    def _now(self) -> dict[str, Channel]:
        directory = self._directory()
        settings = directory.channels
        if settings is not self._settings:
            self._built, self._settings = build_channels(settings) | twilio_channels(directory), settings
        return self._built


class CurrentLinks:
    """The answer links, signed and read with the keys in force."""

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory

    def answer_url(self, alert_id: str, user: str) -> str:
        return self._now().answer_url(alert_id, user)

    def press(self, alert_id: str, user: str, step: int) -> Press:
        return self._now().press(alert_id, user, step)

    def page_url(self, alert_id: str, user: str, page: str) -> str:
        return self._now().page_url(alert_id, user, page)

    def alert_url(self, alert_id: str) -> str:
        return alert_url(self._directory().url, alert_id)

    def read(self, token: str) -> AnswerToken:
        """What `token` says. Raises BadLink."""
        return self._now().read(token)

    def _now(self) -> Links:
        directory = self._directory()
        return Links([key.get_secret_value() for key in directory.link_keys], directory.url)
