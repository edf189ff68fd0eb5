"""The one Temporal connection: where it goes, and the one data converter that everybody shares."""

import asyncio
import os
from collections.abc import Mapping

from temporalio.client import Client
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import Runtime

from roust.domain.errors import RoustError
from roust.runtime.encryption import VARIABLE, Converter, PayloadEncryption, payload_keys
from roust.runtime.tracing import interceptors

STANDARD_ADDRESS = "localhost:7233"


class Unreachable(RoustError):
    """Temporal does not answer at the address that the environment names."""


def data_converter(environment: Mapping[str, str] | None = None) -> DataConverter:
    """What is written to Temporal and read from it: pydantic's JSON, encrypted where `ROUST_PAYLOAD_KEYS` has keys.

    The same for worker, API and replays, of the same environment. Raises RoustError for a key that is none.
    """
    env = os.environ if environment is None else environment
    keys = payload_keys(env.get(VARIABLE, ""))
    if not keys:
        return DataConverter(payload_converter_class=Converter)
    return DataConverter(
        payload_converter_class=Converter,
        # The words and the stack of a failure are as readable as any payload otherwise.
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
        payload_codec=PayloadEncryption(keys),
    )


def connection_settings() -> ClientConnectConfig:
    """What Temporal's own environment variables and profiles say.

    TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TLS, API key. Raises RoustError when they cannot be read.
    """
    try:
        config = ClientConfig.load_client_connect_config()
    except Exception as error:
        # The SDK raises its own, OSError or a TOML error here, according to what is wrong with the profile.
        raise RoustError(f"Temporal's connection settings cannot be read: {error}") from error
    config.setdefault("target_host", STANDARD_ADDRESS)
    return config


async def connect(
    config: ClientConnectConfig | None = None, *, runtime: Runtime | None = None, within: float = 5.0
) -> Client:
    """A client on Temporal, tried again for `within` seconds. Raises Unreachable, which names the cure."""
    config = connection_settings() if config is None else config
    address, namespace = config.get("target_host", STANDARD_ADDRESS), config.get("namespace", "default")
    loop, converter, tracing = asyncio.get_running_loop(), data_converter(), interceptors(os.environ)
    deadline = loop.time() + within
    while True:
        try:
            return await asyncio.wait_for(
                Client.connect(**config, data_converter=converter, runtime=runtime, interceptors=tracing),
                timeout=max(1.0, deadline - loop.time()),
            )
        except (RuntimeError, OSError, TimeoutError) as error:
            if loop.time() >= deadline:
                raise Unreachable(
                    f"Temporal does not answer at {address} (namespace {namespace}): set TEMPORAL_ADDRESS "
                    "to where it runs, or start everything on this machine with `roust up`. "
                    f"{_first_line(error)}"
                ) from error
        await asyncio.sleep(0.25)


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return f"(It said: {lines[0][:200]})" if lines else ""
