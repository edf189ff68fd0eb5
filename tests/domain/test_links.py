"""Answer links: only what we signed is believed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roust.runtime.links import BadLink, Links

BASE = "https://roust.example.com/"
LINKS = Links(["new", "old"], BASE)
TOKEN = LINKS.answer_url("checkout-1", "ada").rpartition("/")[2]


def token(links: Links, alert: str = "checkout-1", user: str = "ada") -> str:
    return links.answer_url(alert, user).rpartition("/")[2]


def test_a_link_says_whose_it_is_and_for_which_alert() -> None:
    assert LINKS.answer_url("checkout-1", "ada").startswith("https://roust.example.com/a/")
    said = LINKS.read(TOKEN)
    assert (said.alert, said.user) == ("checkout-1", "ada")
    assert abs((datetime.now(UTC) - said.made_at).total_seconds()) < 3600


def test_a_merged_pages_link_says_which_page_and_no_other_link_does() -> None:
    said = LINKS.read(LINKS.page_url("checkout-1", "ada", "0f" * 16).rpartition("/")[2])
    assert (said.alert, said.user, said.page) == ("checkout-1", "ada", "0f" * 16)
    assert LINKS.read(TOKEN).page == ""


def test_no_proxy_mistakes_a_link_for_a_hidden_file_or_a_mail_program_for_its_sentence() -> None:
    made = token(LINKS, alert="checkout-" + "0" * 60)
    assert made[0].isalnum()
    assert made[-1].isalnum()


@given(st.integers(0, len(TOKEN) - 1), st.integers(1, 255))
def test_a_link_with_a_changed_byte_is_refused(place: int, flip: int) -> None:
    damaged = TOKEN[:place] + chr(ord(TOKEN[place]) ^ flip) + TOKEN[place + 1 :]
    with pytest.raises(BadLink):
        LINKS.read(damaged)


def test_no_other_letter_stands_for_the_last_one() -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for letter in letters.replace(TOKEN[-1], ""):
        with pytest.raises(BadLink):
            LINKS.read(TOKEN[:-1] + letter)


@given(st.text(max_size=200))
def test_what_we_did_not_make_is_refused(text: str) -> None:
    with pytest.raises(BadLink):
        LINKS.read(text)


@pytest.mark.parametrize(
    "damage",
    [TOKEN[:-1], TOKEN + "=", TOKEN + "A", "." + TOKEN, TOKEN + ".", TOKEN * 99],
    # By names of their own: a token bears the second in which it was made.
    ids=["cut", "padded", "longer", "a dot before", "a dot behind", "many"],
)
def test_a_link_cut_or_longer_is_refused(damage: str) -> None:
    with pytest.raises(BadLink):
        LINKS.read(damage)


def test_the_first_key_signs_and_all_verify() -> None:
    made_by_new, made_by_old = token(Links(["new"], BASE)), token(Links(["old"], BASE))
    for each in (made_by_new, made_by_old):
        assert LINKS.read(each).user == "ada"
    assert Links(["new"], BASE).read(token(LINKS)).user == "ada"
    with pytest.raises(BadLink):
        Links(["old"], BASE).read(token(LINKS))
    with pytest.raises(BadLink):
        Links(["other"], BASE).read(token(LINKS))


def test_an_empty_key_neither_signs_nor_verifies() -> None:
    assert Links(["new"], BASE).read(token(Links(["", "new"], BASE))).user == "ada"


def test_a_token_of_another_kind_is_refused() -> None:
    import hashlib

    from itsdangerous import URLSafeTimedSerializer

    sha = {"digest_method": hashlib.sha256}
    other_salt = URLSafeTimedSerializer("new", salt="another", signer_kwargs=sha).dumps(["checkout-1", "ada"])
    other_shape = URLSafeTimedSerializer("new", salt="roust.answer.v1", signer_kwargs=sha).dumps({"alert": 1})
    for each in (other_salt, other_shape):
        with pytest.raises(BadLink):
            LINKS.read(each)


@pytest.mark.parametrize("keys", [[], [""], ["", ""]])
def test_links_need_keys(keys: list[str]) -> None:
    with pytest.raises(ValueError):
        Links(keys, BASE)
