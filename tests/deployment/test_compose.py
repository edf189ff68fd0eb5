"""docker-compose.yml, as far as it can be tried without a Docker engine: what it says, and the scripts in it."""

import asyncio
import os
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from roust.runtime.embedded import temporal_program
from workflows.messages import SEARCH_ATTRIBUTES

TEXT = Path("docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service.get("image") == "roust:local"]
JOBS = ["temporal-schema", "temporal-namespace"]
LONG_RUNNING = sorted(set(SERVICES) - set(JOBS))


def test_what_runs_is_the_whole_of_it() -> None:
    assert sorted(SERVICES) == [
        "api", "postgresql", "temporal", "temporal-namespace", "temporal-schema", "temporal-ui", "worker",
    ]  # fmt: skip
    assert OURS == ["api", "worker"]
    assert SERVICES["worker"]["deploy"] == {"replicas": 2}


def test_nothing_is_published_beyond_this_machine_but_the_api_when_told() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"api": ["${ROUST_BIND:-127.0.0.1}:8420:8420"], "temporal-ui": ["127.0.0.1:8233:8080"]}
    assert COMPOSE["networks"]["inside"] == {"internal": True}


@pytest.mark.parametrize("name", ["postgresql", "temporal", *JOBS])
def test_what_holds_alerts_reaches_nothing_outside(name: str) -> None:
    assert SERVICES[name]["networks"] == ["inside"]


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_what_dies_comes_back(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["postgresql", "temporal", *OURS])
def test_what_others_rely_on_has_a_healthcheck(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", OURS)
def test_ours_can_write_nothing_and_become_nobody_else(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(volume.endswith(":ro") for volume in service["volumes"])
    assert re.search(r"^USER roust$", Path("Dockerfile").read_text(), re.M)


def test_ours_never_see_the_password_of_the_database() -> None:
    assert [SERVICES[name]["env_file"] for name in OURS] == [[{"path": "roust.env", "required": False}]] * 2
    assert not any("POSTGRES" in str(SERVICES[name]["environment"]) for name in OURS)


def test_no_password_stands_in_the_file() -> None:
    assert re.findall(r"PASSWORD: (.*)|_PWD: (.*)", TEXT) == [
        ("${POSTGRES_PASSWORD:?set it in .env}", ""),
        ("${POSTGRES_PASSWORD:?set it in .env}", ""),
        ("", "${POSTGRES_PASSWORD:?set it in .env}"),
    ]


def test_every_image_is_pinned_to_a_release() -> None:
    images = {service["image"] for service in SERVICES.values()} - {"roust:local"}
    images.add(re.findall(r"^FROM (\S+)", Path("Dockerfile").read_text(), re.M)[0])
    assert all(re.search(r":\d+\.\d+", image) for image in images), images


def test_what_is_written_survives_its_container() -> None:
    named = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert set(COMPOSE["volumes"]) <= named
    assert SERVICES["postgresql"]["volumes"] == ["postgresql:/var/lib/postgresql/data"]


def test_each_variable_and_each_healthcheck_is_explained() -> None:
    told = Path("docs/deployment.md").read_text()
    variables = {name for service in SERVICES.values() for name in service.get("environment", {})}
    variables |= set(re.findall(r"\$\{([A-Z_]+)", TEXT))
    assert [name for name in sorted(variables) if f"`{name}`" not in told] == []
    checked = [name for name, service in SERVICES.items() if "healthcheck" in service]
    assert [name for name in checked if f"| `{name}` |" not in told] == []


async def test_the_namespace_job_runs_and_runs_again(client: Client, tmp_path: Path) -> None:
    """The script of the file, against a real server: a second `docker compose up` finds everything there."""
    (script,) = SERVICES["temporal-namespace"]["command"]
    assert SERVICES["temporal-namespace"]["entrypoint"] == ["/bin/sh", "-euc"]
    namespace = f"roust-{uuid.uuid4().hex[:8]}"
    # As compose reads it, and in a namespace that no other test knows.
    said = script.replace("$$", "$").replace("-n roust", f"-n {namespace}")
    for _ in range(2):
        assert await _sh(said, client.service_client.config.target_host, tmp_path) == 0
    found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    assert found.config.workflow_execution_retention_ttl.ToTimedelta().days == 30
    attributes = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=namespace))
    assert set(attributes.custom_attributes) >= set(SEARCH_ATTRIBUTES)


async def _sh(script: str, address: str, home: Path) -> int:
    path = f"{Path(temporal_program()).parent}{os.pathsep}{os.environ['PATH']}"
    process = await asyncio.create_subprocess_exec(
        "/bin/sh", "-euc", script, env={"TEMPORAL_ADDRESS": address, "PATH": path, "HOME": str(home)}
    )
    async with asyncio.timeout(60):
        return await process.wait()
