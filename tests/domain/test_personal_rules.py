"""A user's own rules: which contact when."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from roust.domain.alert import Urgency
from roust.domain.directory import NotificationRule, NotificationRules, User
from roust.domain.notification import Planned
from roust.domain.personal_rules import plan
from tests.builders import NOON

CONTACTS = {name: {"email": f"{name}@example.com"} for name in ("push", "mail", "text")}
RULES = st.lists(
    st.builds(
        NotificationRule,
        after=st.integers(0, 3600).map(lambda s: timedelta(seconds=s)),
        contacts=st.lists(st.sampled_from(list(CONTACTS)), min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=5,
)


def planned(user: User, urgency: Urgency = Urgency.HIGH) -> list[Planned]:
    return plan("ada", user, urgency, NOON, cycle=2, pass_=3, step=4, occasion="")


def a_user(**rules: list[NotificationRule]) -> User:
    return User.model_validate({"contacts": CONTACTS, "notification_rules": NotificationRules(**rules)})


def test_without_rules_every_contact_is_due_at_once() -> None:
    for urgency in Urgency:
        found = planned(a_user(), urgency)
        assert [(p.contact, p.rule, p.due) for p in found] == [
            (contact, f"{urgency.value}1", NOON) for contact in CONTACTS
        ]


def test_a_user_without_contacts_has_nothing_due() -> None:
    assert planned(User()) == []


def test_rules_are_named_by_urgency_and_place() -> None:
    rules = [
        NotificationRule(contacts=["push"]),
        NotificationRule(after=timedelta(minutes=2), contacts=["text", "mail"]),
    ]
    assert [(p.contact, p.rule) for p in planned(a_user(low=rules), Urgency.LOW)] == [
        ("push", "low1"),
        ("text", "low2"),
        ("mail", "low2"),
    ]


@given(RULES)
def test_each_rules_contacts_are_due_after_its_wait(rules: list[NotificationRule]) -> None:
    found = planned(a_user(high=rules))
    assert {(p.contact, p.due) for p in found} == {(c, NOON + r.after) for r in rules for c in r.contacts}
    assert [p.due for p in found] == sorted(p.due for p in found)


@given(RULES)
def test_no_two_sends_of_a_plan_share_a_key(rules: list[NotificationRule]) -> None:
    found = planned(a_user(high=rules))
    assert len({p.key("alert") for p in found}) == len(found)
    assert all(p.key("alert").startswith("alert/2/3/4/ada/high") for p in found)


@given(RULES)
def test_nobody_is_sent_the_same_contact_twice_at_one_instant(rules: list[NotificationRule]) -> None:
    found = [(p.contact, p.due) for p in planned(a_user(high=rules))]
    assert len(set(found)) == len(found)
