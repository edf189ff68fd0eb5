"""Whether a telephone would ring: said before anybody relies on it."""

from pathlib import Path

import pytest

from tests.config.files import GOOD, loaded, said

PHONE = GOOD.replace("{email: ada@example.com}", "{sms: +447700900001}")
TWILIO = "  twilio: {account_sid: AC0, auth_token: '${LONG_KEY}', from: '+15550100'"


def test_a_telephone_without_an_account_is_a_mistake_with_its_cure(tmp_path: Path) -> None:
    for kind in ("sms", "voice"):
        [line] = said(loaded(tmp_path, PHONE.replace("sms:", f"{kind}:")))
        assert line.endswith(
            f"users.ada.contacts.mail.{kind}: nobody would be reached: channels.twilio is not configured; "
            "give it account_sid, auth_token and from"
        )


def test_a_telephone_with_an_account_is_none(tmp_path: Path) -> None:
    found = loaded(tmp_path, PHONE + TWILIO + "}\n")
    assert (said(found), found.warnings) == ([], [])
    twilio = found.get().channels.twilio
    assert twilio is not None
    assert twilio.base_url == "https://api.twilio.com"
    assert "a-key-that-is-long-enough" not in repr(found)


def test_links_that_lead_to_this_machine_are_no_links_on_a_telephone(tmp_path: Path) -> None:
    local = PHONE.replace("https://roust.example.com", "http://127.0.0.1:8420")
    [line] = said(loaded(tmp_path, local + TWILIO + "}\n"))
    assert "url: is this machine only, but the contact mail of ada leaves it" in line
    stand_in = TWILIO + ", base_url: 'http://127.0.0.1:9999'}\n"
    assert said(loaded(tmp_path, local + stand_in)) == []


@pytest.mark.parametrize(
    ("base_url", "why"),
    [
        ("http://api.twilio.com", "must begin with https://: a secret goes there"),
        ("ftp://api.twilio.com", "must be a URL that begins with https://"),
        ("https://user:pw@api.twilio.com", "no user"),
        ("api.twilio.com", "must be a URL"),
    ],
)
def test_a_secret_goes_nowhere_in_the_clear(tmp_path: Path, base_url: str, why: str) -> None:
    [line] = said(loaded(tmp_path, PHONE + TWILIO + f", base_url: '{base_url}'}}\n"))
    assert "channels.twilio.base_url: " in line
    assert why in line
