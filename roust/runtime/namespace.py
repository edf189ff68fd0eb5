"""The namespace as Roust needs it: it exists, knows our search attributes, keeps closed alerts."""

from collections.abc import Sequence
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from roust.domain.errors import RoustError

RETENTION = timedelta(days=30)


class NamespaceNotReady(RoustError):
    """The namespace lacks what Roust needs and Roust may not make it; the message says what to run."""


async def prepare_namespace(client: Client, keywords: Sequence[str]) -> None:
    """Register the search attributes `keywords` (all Keyword) where they are missing.

    An alert that sets an unregistered one would hang for ever in its first task, so a process refuses to
    start without them. Raises NamespaceNotReady with the commands to run by hand.
    """
    await _exists(client)
    try:
        known = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
        missing = [name for name in keywords if name not in known.custom_attributes]
        if not missing:
            return
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=client.namespace,
                search_attributes=dict.fromkeys(missing, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD),
            )
        )
    except RPCError as error:
        # Another process of ours may have been quicker; that is no failure.
        if error.status is RPCStatusCode.ALREADY_EXISTS:
            return
        raise NamespaceNotReady(_by_hand(client.namespace, keywords, error)) from error


async def keep_closed_alerts(client: Client, retention: timedelta = RETENTION) -> None:
    """Keep closed alerts for `retention`; for the embedded server, whose own standard is a day."""
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(
            namespace=client.namespace,
            config=NamespaceConfig(workflow_execution_retention_ttl=Duration(seconds=int(retention.total_seconds()))),
        )
    )


async def _exists(client: Client) -> None:
    try:
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NamespaceNotReady(
                f"Temporal has no namespace {client.namespace!r}; create it with:\n"
                f"  temporal operator namespace create --retention {RETENTION.days}d -n {client.namespace}"
            ) from error
        raise NamespaceNotReady(f"Temporal refuses namespace {client.namespace!r}: {error.message}") from error


def _by_hand(namespace: str, keywords: Sequence[str], error: RPCError) -> str:
    names = " ".join(f"--name {name} --type Keyword" for name in keywords)
    cloud = " ".join(f'--search-attribute "{name}=Keyword"' for name in keywords)
    return (
        f"namespace {namespace!r}: search attributes could not be registered ({error.message}); run once:\n"
        f"  temporal operator search-attribute create --namespace {namespace} {names}\n"
        f"or, on Temporal Cloud:\n"
        f"  tcld namespace search-attributes add --namespace {namespace} {cloud}"
    )
