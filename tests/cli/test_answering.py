"""`roust ack`, `roust resolve`: answering from a shell, honest about what happened."""

import socket

import pytest

from tests.cli.alerts import a_listed_alert, alert_id
from tests.cli.conftest import Roust
from tests.fakes.api import FakeApi, an_error

ID = alert_id()
ACK = f"/v1/alerts/{ID}/acknowledge"
ONE, OTHER = alert_id("0123456789abcdef0123"), alert_id("0123459999abcdef0123")


def test_an_acknowledge_is_one_request_as_the_tokens_user(api: FakeApi, roust: Roust) -> None:
    api.answers("POST", ACK, 200, {"state": "acknowledged", "owner": "ada", "first": True})
    result = roust("ack", ID)
    assert (result.exit_code, result.output) == (0, "acknowledged: ada has it\n")
    (asked,) = api.asked
    assert (asked.path, asked.body, asked.authorization) == (ACK, {}, "Bearer token-of-ada")


def test_the_second_one_hears_who_has_it(api: FakeApi, roust: Roust) -> None:
    api.answers("POST", ACK, 200, {"state": "acknowledged", "owner": "ben", "first": False})
    result = roust("ack", ID)
    assert (result.exit_code, result.output) == (0, "acknowledged before: ben has it\n")


def test_a_token_without_a_user_says_who_it_is(api: FakeApi, roust: Roust) -> None:
    api.answers("POST", ACK, 200, {"state": "acknowledged", "owner": "ada", "first": True})
    roust("ack", ID, "--by", "ada")
    assert api.asked[0].body == {"by": "ada"}


def test_resolve_says_it_is_over(api: FakeApi, roust: Roust) -> None:
    api.answers("POST", f"/v1/alerts/{ID}/resolve", 200, {"state": "resolved", "owner": None, "first": True})
    result = roust("resolve", ID)
    assert (result.exit_code, result.output) == (0, "resolved\n")


@pytest.mark.parametrize("verb", ["ack", "resolve"])
def test_recorded_but_not_confirmed_is_said_as_that(api: FakeApi, roust: Roust, verb: str) -> None:
    path = "acknowledge" if verb == "ack" else "resolve"
    api.answers("POST", f"/v1/alerts/{ID}/{path}", 202, {"state": "triggered"})
    result = roust(verb, ID)
    assert result.exit_code == 0
    assert result.stdout.startswith("recorded, not yet confirmed")


def test_a_refused_acknowledge_gives_the_reason(api: FakeApi, roust: Roust) -> None:
    reason = "resolved by ben at 12:03; nothing to acknowledge"
    api.answers("POST", ACK, 409, an_error("conflict", reason))
    result = roust("ack", ID)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"roust: {reason}\n")


@pytest.mark.parametrize(
    ("status", "body", "headers", "said"),
    [
        (401, an_error("unauthorized", "no"), {}, "does not know this token; check ROUST_TOKEN"),
        (403, an_error("forbidden", "a viewer reads only"), {}, "a viewer reads only"),
        (404, an_error("not_found", "no such alert"), {}, "no such alert"),
        (410, an_error("gone", "no longer kept"), {}, "no longer kept"),
        (
            503,
            an_error("unavailable", "Temporal is away"),
            {"retry_after": "5"},
            "Temporal is away; try again in 5 s",
        ),
        (503, "<html>proxy</html>", {}, "HTTP 503 without a reason; try again"),
        (307, "", {"location": "https://login.example.com/"}, "redirects to https://login.example.com/"),
        (200, "<html>hello</html>", {}, "is not Roust's API"),
        (200, "[]", {}, "is not Roust's API"),
        (500, '{"error": "boom"}', {}, "HTTP 500 without a reason"),
    ],
)
def test_every_other_answer_is_one_sentence_and_exit_code_1(
    api: FakeApi, roust: Roust, status: int, body: object, headers: dict[str, str], said: str
) -> None:
    api.answers("POST", ACK, status, body, **headers)
    result = roust("ack", ID)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "token-of-ada" not in result.output
    assert len(api.asked) == 1


def test_without_a_token_the_cure_is_to_set_one(api: FakeApi, roust: Roust, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROUST_TOKEN")
    api.answers("POST", ACK, 401, an_error("unauthorized", "no"))
    result = roust("ack", ID)
    assert result.stderr == "roust: Roust asks for a token; set ROUST_TOKEN\n"
    assert api.asked[0].authorization is None


def test_a_server_that_is_not_there_is_said_with_the_cure(roust: Roust) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        result = roust("ack", ID, "--url", url)
    assert result.exit_code == 1
    assert f"cannot reach Roust at {url}" in result.stderr
    assert "roust up" in result.stderr


def test_an_ids_beginning_is_enough_while_one_open_alert_fits(api: FakeApi, roust: Roust) -> None:
    api.alerts = [a_listed_alert(id=OTHER), a_listed_alert(id=ONE)]
    api.answers("POST", f"/v1/alerts/{ONE}/acknowledge", 200, {"owner": "ada", "first": True})
    assert roust("ack", "checkout-0123456").exit_code == 0
    assert [asked.path for asked in api.asked] == ["/v1/alerts", f"/v1/alerts/{ONE}/acknowledge"]


def test_a_beginning_that_fits_two_is_refused_and_both_are_shown(api: FakeApi, roust: Roust) -> None:
    api.alerts = [a_listed_alert(id=OTHER), a_listed_alert(id=ONE)]
    result = roust("ack", "checkout-0")
    assert result.exit_code == 1
    assert "2 alerts begin with 'checkout-0'" in result.stderr
    assert result.stderr.endswith("type more of the id: checkout-0123459, checkout-0123456\n")
    assert [asked.method for asked in api.asked] == ["GET"]


def test_a_beginning_never_means_a_resolved_alert(api: FakeApi, roust: Roust) -> None:
    api.alerts = [a_listed_alert(id=ONE, state="resolved")]
    result = roust("resolve", "checkout-0123")
    assert result.exit_code == 1
    assert "no open alert's id begins with 'checkout-0123'" in result.stderr
    assert [asked.method for asked in api.asked] == ["GET"]


def test_a_beginning_is_looked_for_on_every_page(api: FakeApi, roust: Roust) -> None:
    api.alerts = [a_listed_alert(id=alert_id(f"{number:020x}")) for number in range(7)]
    api.page_size = 3
    wanted = api.alerts[6]["id"]
    api.answers("POST", f"/v1/alerts/{wanted}/resolve", 200, {"state": "resolved"})
    assert roust("resolve", wanted[:30]).exit_code == 0


@pytest.mark.parametrize("typed", ["", " ", "../x", "a b", "x?y", "a/acknowledge", "é", "x" * 129])
def test_what_is_no_id_is_never_put_into_a_path(api: FakeApi, roust: Roust, typed: str) -> None:
    assert roust("ack", typed).exit_code == 2
    assert api.asked == []
