"""Notices as mails in a real Chromium; `python -m tests.activities.notice_pictures` renews the docs' pictures."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from activities.channels.email import EmailChannel
from roust.domain.directory import Contact
from roust.domain.notification import Message
from roust.domain.settings import EmailSettings
from tests.activities.notices import a_notice, an_update, in_hand, over, told
from tests.builders import NOON
from tests.fakes.mail_server import a_mail_server

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PHONE, DESKTOP = {"width": 390, "height": 560}, {"width": 1000, "height": 380}
PICTURES = Path(__file__).parents[2] / "docs" / "images"

STORM = told(
    a_notice(at=NOON + timedelta(minutes=4)),
    in_hand(alert="search-1", service="search", impact="Search finds nothing", news_due=NOON + timedelta(minutes=40)),
    over(alert="mail-1", service="mail", impact="Invoices are late", at=NOON + timedelta(minutes=9), priority="P2"),
)
SHOWN: dict[str, tuple[Message, Any, str]] = {
    "notice-phone": (told(an_update()), PHONE, "light"),
    "notice-desktop": (told(a_notice(follows=["acknowledged", "resolved"])), DESKTOP, "light"),
    "digest-phone-dark": (STORM, PHONE, "dark"),
}


async def html_of(message: Message) -> str:
    """The HTML part of the mail, as a real SMTP server got it."""
    async with a_mail_server() as server:
        settings = EmailSettings.model_validate({"host": "127.0.0.1", "port": server.port, "from": "r@example.com"})
        await EmailChannel(settings).send(message, Contact(email="board@example.com"))
        part = server.deliveries[0].mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playing:
        browser = await playing.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


async def opened(browser: Browser, message: Message, size: Any, scheme: Any = "light") -> Page:
    """The mail, open as a mail program shows it: without scripts."""
    page = await browser.new_page(viewport=size, color_scheme=scheme, java_script_enabled=False)
    await page.set_content(await html_of(message))
    return page


async def renew() -> None:
    """Write every picture of SHOWN."""
    async with a_browser() as browser:
        for name, (message, size, scheme) in SHOWN.items():
            page = await opened(browser, message, size, scheme)
            await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


if __name__ == "__main__":
    asyncio.run(renew())
