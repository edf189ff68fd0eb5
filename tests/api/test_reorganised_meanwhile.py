"""I11: service and policy of an open alert go from the file: whoever answers for it is heard all the same."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from roust.domain.directory import Directory
from tests.api.remembering import RememberingGateway
from tests.api.seen import an_event


class Edited(RememberingGateway):
    """Its file may be another by now."""

    directory: Directory


@pytest.fixture
async def edited(client: Client, directory: Directory, queue: str, worker: Worker) -> AsyncIterator[Edited]:
    gateway = Edited(client, lambda: gateway.directory, task_queue=queue, confirm_within=30.0)
    gateway.directory = directory
    yield gateway
    await gateway.aclose()
    await gateway.judge()


def without_its_service(directory: Directory) -> Directory:
    """Another service and policy are left, as after a move."""
    policy = directory.escalation_policies["payments"]
    moved = {"escalation_policy": "moved"}
    left = {f"moved-{name}": service.model_copy(update=moved) for name, service in directory.services.items()}
    return directory.model_copy(
        update={
            "escalation_policies": {"moved": policy},
            "services": left,
            "default_service": f"moved-{directory.default_service}",
        }
    )


@pytest.mark.parametrize("verb", ["acknowledge", "resolve"])
async def test_an_alert_whose_service_and_policy_are_gone_is_answered(edited: Edited, service: str, verb: str) -> None:
    alert = (await edited.trigger(an_event(), service)).id
    assert alert is not None
    edited.directory = without_its_service(edited.directory)
    assert (await getattr(edited, verb)(alert, "ada", "api")).accepted
    view = await edited.view(alert)
    assert (view.service, view.state) == (service, f"{verb}d")


async def test_a_trigger_whose_service_went_while_it_came_in_is_taken_by_the_default_service(
    edited: Edited, service: str
) -> None:
    edited.directory = without_its_service(edited.directory)
    accepted = await edited.trigger(an_event(), service)
    assert (accepted.status, accepted.service) == ("triggered", f"moved-{service}")
