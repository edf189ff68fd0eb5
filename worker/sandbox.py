"""The sandbox around workflow code: the SDK's own, entered less often."""

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import Info

OURS = ("roust", "workflows", "activities", "pydantic", "pydantic_core", "annotated_types")
"""Not imported anew for each alert: half of the worker's CPU, and the sandbox's guards stay."""


def sandbox() -> SandboxedWorkflowRunner:
    """What keeps clocks, dice and I/O out of workflow code, so that it replays."""
    return _Sandbox(restrictions=SandboxRestrictions.default.with_passthrough_modules(*OURS))


class _Sandbox(SandboxedWorkflowRunner):
    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _Instance(super().create_instance(det))


class _Instance(WorkflowInstance):
    """A workflow in the sandbox, which is entered for what it has to do, and not to ask whom a payload is for.

    That is for converters, codecs and stores that treat one payload otherwise than another: none of ours does. The
    SDK enters the sandbox for it some fifty times for each alert, a seventh of the worker's CPU.
    """

    def __init__(self, inside: WorkflowInstance) -> None:
        self._inside = inside

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        return self._inside.activate(act)

    def get_serialization_context(self, command_info: object) -> None:
        return None

    def get_external_store_context(self, command_info: object) -> StorageDriverStoreContext:
        return StorageDriverStoreContext(target=None)

    def get_info(self) -> Info:
        return self._inside.get_info()

    def get_thread_id(self) -> int | None:
        return self._inside.get_thread_id()
