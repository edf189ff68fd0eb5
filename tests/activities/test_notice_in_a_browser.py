"""Notices as mails in a real browser, on a phone and on a desk: everything in sight, nothing over the edge."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from roust.domain.notification import Message
from tests.activities.notice_pictures import DESKTOP, PHONE, SHOWN, STORM, a_browser, opened
from tests.activities.notices import an_update, told

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = an_update(
    impact="Customers" + "x" * 4096,
    owner="A" * 4096,
    update="W" * 2000 + "\n" * 50 + "<img src=x>",
    update_by="Ä" * 999,
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with a_browser() as browser:
        yield browser


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize(
    "message", [*(message for message, _, _ in SHOWN.values()), told(HOSTILE)], ids=[*SHOWN, "hostile"]
)
async def test_nothing_is_over_the_edge_and_nothing_is_fetched(browser: Browser, message: Message, size: Any) -> None:
    page = await opened(browser, message, size)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        wide = await page.locator("html").evaluate("it => it.scrollWidth > it.clientWidth")
        assert not wide
        sizes = await page.locator("p, h1, h2, td, th").evaluate_all(
            "all => all.map(it => parseFloat(getComputedStyle(it).fontSize))"
        )
        assert min(sizes) >= 14
    assert fetched == []
    await page.close()


async def test_the_first_screen_of_a_phone_says_what_who_and_when(browser: Browser) -> None:
    message, size, _ = SHOWN["notice-phone"]
    page = await opened(browser, message, size)
    for words in ("Customers cannot pay", "Ada Lovelace is working on it.", "for 25 minutes"):
        box = await page.get_by_text(words).last.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= PHONE["height"]
    await page.close()


async def test_the_dark_is_dark_and_the_words_stand_out(browser: Browser) -> None:
    for scheme in ("light", "dark"):
        page = await opened(browser, STORM, PHONE, scheme)
        for selector in (".label", "h2", ".small", "footer p"):
            assert await _contrast(page.locator(selector).first) >= 4.5
        await page.close()


async def _contrast(locator: Any) -> float:
    """WCAG's ratio of the words to what is behind them."""
    colours = await locator.evaluate(
        """it => {
            const rgb = css => css.match(/[0-9.]+/g).map(Number);
            const back = it => rgb(getComputedStyle(it).backgroundColor);
            let behind = it;
            while ((back(behind)[3] ?? 1) === 0) behind = behind.parentElement;
            return [rgb(getComputedStyle(it).color), back(behind)];
        }"""
    )
    light, dark = sorted((_luminance(colour) for colour in colours), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: list[float]) -> float:
    parts = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
