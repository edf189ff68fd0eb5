"""Codes, short links and callbacks: bound to alert and person, and nobody else can make them."""

import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roust.runtime import replies as replies_module
from roust.runtime.clock import Clock
from roust.runtime.links import BadLink, Links
from roust.runtime.replies import Delivery, Replies
from roust.runtime.short_links import NotShort
from tests.builders import an_alert

ALERT = an_alert().id
OTHER = ALERT.replace("checkout", "search")
OLD, NEW, FOREIGN = "an-old-key-of-ours", "a-new-key-of-ours", "a-key-of-somebody-else"
URL = "https://roust.example.com"


def test_a_code_is_of_one_alert_one_person_and_one_step() -> None:
    ours = Replies([NEW], URL)
    code = ours.code(ALERT, "ada", 2)
    assert len(code) == 6
    assert ours.meant(code, ALERT, "ada", 3) == 2
    assert ours.meant(code, ALERT, "ada", 1) is None
    assert ours.meant(code, ALERT, "ben", 3) is None
    assert ours.meant(code, OTHER, "ada", 3) is None
    assert Replies([FOREIGN], URL).meant(code, ALERT, "ada", 3) is None


def test_a_code_is_understood_however_it_is_typed() -> None:
    ours = Replies([NEW], URL)
    for step in range(20):
        code = ours.code(ALERT, "ada", step)
        assert not set(code) & set("OIL")
        typed = code.lower().replace("0", "o").replace("1", "l")
        assert ours.meant(typed, ALERT, "ada", 20) == step


@pytest.mark.parametrize("said", ["", "K3X9Q", "K3X9QMM", "ééé999", "      ", "\0" * 6])
def test_what_is_no_code_means_nothing(said: str) -> None:
    assert Replies([NEW], URL).meant(said, ALERT, "ada", 9) is None


def test_codes_and_callbacks_of_an_old_key_hold_while_it_is_listed() -> None:
    old, both, new = Replies([OLD], URL), Replies([NEW, OLD], URL), Replies([NEW], URL)
    token = old.call_url(ALERT, "ada", 1).rpartition("/")[2]
    assert both.meant(old.code(ALERT, "ada", 1), ALERT, "ada", 1) == 1
    assert both.read_call(token).user == "ada"
    assert both.code(ALERT, "ada", 1) == new.code(ALERT, "ada", 1)
    assert new.meant(old.code(ALERT, "ada", 1), ALERT, "ada", 1) is None
    with pytest.raises(BadLink):
        new.read_call(token)


def test_a_callback_of_one_kind_is_none_of_another() -> None:
    ours = Replies([NEW], URL)
    call = ours.call_url(ALERT, "ada", 1).rpartition("/")[2]
    status = ours.status_url(Delivery(ALERT, "ada", "text", "sms")).rpartition("/")[2]
    answer = Links([NEW], URL).answer_url(ALERT, "ada").rpartition("/")[2]
    assert ours.read_status(status) == Delivery(ALERT, "ada", "text", "sms")
    for token in (status, answer, "", "x", call[:-1], f"{call}x"):
        with pytest.raises(BadLink):
            ours.read_call(token)
    for token in (call, answer):
        with pytest.raises(BadLink):
            ours.read_status(token)


def test_a_call_of_long_ago_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Replies([NEW], URL)
    token = ours.call_url(ALERT, "ada", 1).rpartition("/")[2]
    monkeypatch.setattr(replies_module, "CALL_LIFE", -1)
    with pytest.raises(BadLink):
        ours.read_call(token)


@pytest.mark.parametrize("ahead", [timedelta(seconds=2), timedelta(hours=1)])
def test_keys_pressed_in_a_call_that_a_worker_with_a_wrong_clock_made_count(
    monkeypatch: pytest.MonkeyPatch, ahead: timedelta
) -> None:
    with monkeypatch.context() as worker:
        worker.setattr("roust.runtime.stamped.CLOCK", Clock(lambda: datetime.now(UTC) + ahead))
        token = Replies([NEW], URL).call_url(ALERT, "ada", 1).rpartition("/")[2]
    assert Replies([NEW], URL).read_call(token) == replies_module.Called(ALERT, "ada", 1)


def test_a_short_link_is_a_link_like_any_other() -> None:
    links = Links([NEW, OLD], URL)
    short = links.short_url(ALERT, "ada")
    assert len(short) < len(links.answer_url(ALERT, "ada")) * 0.6
    read = links.read(short.rpartition("/")[2])
    assert (read.alert, read.user) == (ALERT, "ada")
    assert Links([OLD], URL).read(Links([OLD], URL).short_url(ALERT, "ada").rpartition("/")[2]).alert == ALERT
    with pytest.raises(BadLink):
        Links([FOREIGN], URL).read(short.rpartition("/")[2])


def test_what_is_no_alert_has_no_short_link() -> None:
    with pytest.raises(NotShort):
        Links([NEW], URL).short_url("roust", "ada")


@settings(max_examples=80)
@given(st.integers(min_value=0), st.sampled_from(string.ascii_letters + string.digits + "-_"))
def test_a_short_link_with_a_single_other_letter_is_none(place: int, letter: str) -> None:
    links = Links([NEW], URL)
    token = links.short_url(ALERT, "ada").rpartition("/")[2]
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        with pytest.raises(BadLink):
            links.read(changed)


@pytest.mark.parametrize("token", ["", "x", "AAAA", "A" * 16, "A" * 17, "é", "A" * 2000])
def test_what_is_no_short_link_is_refused(token: str) -> None:
    with pytest.raises(BadLink):
        Links([NEW], URL).read(token)
