"""What an alert's tasks are told on their way into Temporal (rule 18)."""

import pytest

from roust.domain.alert import Priority, Urgency
from tests.builders import a_directory
from tests.workflows.scene import an_input
from workflows.opening import task_priority


@pytest.mark.parametrize(
    ("priority", "urgency", "key"),
    [
        (Priority.P1, Urgency.HIGH, 1),
        (Priority.P2, Urgency.HIGH, 2),
        (Priority.P3, Urgency.HIGH, 2),
        (Priority.P1, Urgency.LOW, 4),
        (Priority.P5, Urgency.LOW, 4),
    ],
)
def test_an_urgent_page_overtakes_any_backlog(priority: Priority, urgency: Urgency, key: int) -> None:
    assert task_priority(an_input(a_directory(), priority=priority, urgency=urgency)).priority_key == key


def test_one_services_storm_does_not_delay_another() -> None:
    services = {name: {"escalation_policy": "payments"} for name in ("checkout", "search")}
    directory = a_directory(services=services)
    keys = {task_priority(an_input(directory, service)).fairness_key for service in services}
    assert keys == {"checkout", "search"}
