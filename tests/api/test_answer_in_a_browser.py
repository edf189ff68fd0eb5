"""The answer page in a real browser on a phone's screen."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright, expect
from temporalio.client import Client
from temporalio.worker import Worker

from api.temporal_gateway import TemporalGateway
from roust.domain.alert import Event
from roust.domain.directory import Directory
from tests.api.answering import link
from tests.api.seen import paging, signals, step_of
from tests.api.serving import an_app
from tests.serving import served

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ANDROID, IPHONE = "Pixel 7", "iPhone 13"
TARGET = 44
"""Pixels: the least size of anything that a thumb must hit."""


@pytest.fixture
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as playing:
        yield playing


@pytest.fixture
async def browser(playwright: Playwright) -> AsyncIterator[Browser]:
    browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    await browser.close()


@pytest.fixture(params=[IPHONE, ANDROID])
async def phone(
    playwright: Playwright, browser: Browser, request: pytest.FixtureRequest
) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(**playwright.devices[request.param])
    yield context
    await context.close()


@pytest.fixture
async def base(gateway: TemporalGateway, directory: Directory) -> AsyncIterator[str]:
    async with served(an_app(gateway, directory)) as url:
        yield url


@pytest.fixture
async def alert(gateway: TemporalGateway, service: str, worker: Worker) -> str:
    event = Event(
        summary="checkout: error budget burns 14 times too fast",
        dedup_key="slo",
        severity="critical",
        description="5xx of POST /pay are at 3.2 % for 10 minutes.",
        links=[{"href": "https://graphs.example.com/d/checkout", "text": "Dashboard"}],  # type: ignore[list-item]
    )
    accepted = await gateway.trigger(event, service)
    assert accepted.id is not None
    return accepted.id


async def said(page: Page) -> str:
    return await page.locator("[role=status]").inner_text()


async def test_looking_changes_nothing_and_one_press_acknowledges(
    phone: BrowserContext, base: str, client: Client, alert: str
) -> None:
    page = await phone.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    for _ in range(3):
        await page.goto(base + link(alert))
    assert await signals(client, alert) == 0
    for button in await page.get_by_role("button").all():
        box = await button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= TARGET
    wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide
    await page.get_by_role("button", name="I have it").tap()
    assert (await said(page)).startswith("Acknowledged by you at ")
    assert await signals(client, alert) == 1
    # The style is the one thing that the page may load.
    assert problems == []


SCRIPTS = {
    "form.submit()": "Nothing was changed: press one of the buttons.",
    "form.requestSubmit(button)": "Nothing was changed yet: please press once more.",
    "button.click()": "Nothing was changed yet: please press once more.",
}
"""What a scanner's script does to every form it finds, and what the page says to it."""


async def test_a_script_that_submits_the_form_acknowledges_nothing(
    browser: Browser, base: str, client: Client, alert: str
) -> None:
    for script, answer in SCRIPTS.items():
        context = await browser.new_context()
        page = await context.new_page()
        # By a timer of the page itself: what a driver evaluates counts as a person's gesture.
        await page.add_init_script(
            "const first = () => document.querySelector('.said') === null;"
            "addEventListener('load', () => setTimeout(() => { if (!first()) return;"
            f"const button = document.querySelector('button.acknowledge'), form = button.form; {script}; }}, 0));"
        )
        async with page.expect_request(lambda request: request.method == "POST"):
            await page.goto(base + link(alert))
        await page.wait_for_selector("[role=status]")
        assert await said(page) == answer
        assert await signals(client, alert) == 0
        if script != next(reversed(SCRIPTS)):
            await context.close()
    await page.get_by_role("button", name="I have it").click()
    await page.wait_for_selector(".said.good")
    assert (await said(page)).startswith("Acknowledged by you at ")


async def test_a_script_that_presses_on_every_page_it_is_shown_acknowledges_nothing(
    browser: Browser, base: str, client: Client, alert: str
) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    pressed: list[str] = []
    page.on("request", lambda request: pressed.append(request.url) if request.method == "POST" else None)
    await page.add_init_script(
        "addEventListener('load', () => setTimeout(() => {"
        "const button = document.querySelector('button.acknowledge');"
        "if (button && (window.name = +(window.name || 0) + 1) <= 4) button.click(); }, 0));"
    )
    await page.goto(base + link(alert))
    async with asyncio.timeout(20):
        while len(pressed) < 4:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await expect(page.locator("[role=status]")).to_have_text(SCRIPTS["button.click()"])
    assert await signals(client, alert) == 0
    await context.close()


async def test_the_page_works_without_javascript_in_the_dark(browser: Browser, base: str, alert: str) -> None:
    context = await browser.new_context(java_script_enabled=False, color_scheme="dark", viewport=None)
    page = await context.new_page()
    await page.goto(base + link(alert))
    await page.get_by_role("button", name="It is over").click()
    assert (await said(page)).startswith("Resolved by you at ")
    await context.close()


async def test_the_rest_is_folded_below_the_big_button_and_needs_one_press_each(
    phone: BrowserContext, base: str, gateway: TemporalGateway, service: str, alert: str
) -> None:
    for number in range(2):
        await gateway.trigger(Event(summary=f"another {number}", dedup_key=f"{number}"), service)
    await paging(gateway, service, 3)
    await step_of(gateway, alert, 1)
    page = await phone.new_page()
    await page.goto(base + link(alert))
    names = [await button.inner_text() for button in await page.get_by_role("button").all()]
    assert [name.splitlines()[0] for name in names] == ["I have it", "It is over"]
    fold = page.locator("summary")
    box = await fold.bounding_box()
    assert box is not None
    assert box["height"] >= TARGET
    await fold.tap()
    for button in await page.get_by_role("button").all():
        box = await button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= TARGET
    wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide
    await page.get_by_label("A note").fill("The disk is full\nof logs.")
    status = page.locator("[role=status]")
    await page.get_by_role("button", name="Add the note").tap()
    await expect(status).to_have_text("Your note is in the timeline.")
    await page.locator("summary").tap()
    await page.get_by_label("A status update").fill("We look into it.")
    await page.get_by_role("button", name="Post the update, more in 30 minutes").tap()
    await expect(status).to_contain_text("Your update is posted.")
    await page.locator("summary").tap()
    await page.get_by_role("button", name="Escalate now").tap()
    await expect(status).to_contain_text("Escalated by you at ")
    await page.locator("summary").tap()
    await page.get_by_role("button", name="Snooze 30 minutes").tap()
    await expect(status).to_contain_text("Snoozed by you for 30m, until ")
    await page.locator("summary").tap()
    await page.get_by_role("button", name=f"I have all 2 of {service}").tap()
    await expect(status).to_contain_text("Escalation has stopped")
    view = await gateway.view(alert)
    assert [(e.kind, e.user) for e in view.timeline if e.user == "ada" and e.kind != "paged"] == [
        ("note", "ada"),
        ("update", "ada"),
        ("escalated", "ada"),
        ("snoozed", "ada"),
        ("acknowledged", "ada"),
    ]
