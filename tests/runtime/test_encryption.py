"""Encryption of payloads: keys from the environment, rotation, and errors that name the cure and no key."""

import base64

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError

from roust.domain.errors import RoustError
from roust.runtime.connection import data_converter
from roust.runtime.encryption import KEY_ID, VARIABLE, UnreadablePayload, key_names, payload_keys

OLD, NEW = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
SAID = {"summary": "12 % of payments fail"}


def under(*keys: str) -> DataConverter:
    return data_converter({VARIABLE: ",".join(keys)})


async def test_what_is_encrypted_is_read_again_and_looks_like_nothing() -> None:
    [sealed] = await under(NEW).encode([SAID])
    assert b"payments" not in sealed.SerializeToString()
    assert await under(NEW).decode([sealed]) == [SAID]


async def test_the_same_words_never_look_the_same_twice() -> None:
    first, second = await under(NEW).encode([SAID, SAID])
    assert first.data != second.data


async def test_the_first_key_encrypts_and_each_of_them_decrypts() -> None:
    [before] = await under(OLD).encode([SAID])
    both = under(NEW, OLD)
    assert await both.decode([before]) == [SAID]
    [after] = await both.encode([SAID])
    assert await under(NEW).decode([after]) == [SAID]
    with pytest.raises(UnreadablePayload):
        await under(OLD).decode([after])


async def test_what_was_written_before_there_were_keys_is_read() -> None:
    [plain] = await under().encode([SAID])
    assert b"payments" in plain.data
    assert await under(NEW).decode([plain]) == [SAID]


async def test_a_wrong_key_is_named_with_the_cure_and_without_the_key() -> None:
    [sealed] = await under(OLD).encode([SAID])
    [name] = key_names(payload_keys(OLD))
    assert sealed.metadata[KEY_ID].decode() == name
    with pytest.raises(UnreadablePayload, match=f"by the key {name}, which is not in {VARIABLE}: add it") as raised:
        await under(NEW).decode([sealed])
    assert OLD not in str(raised.value)
    with pytest.raises(UnreadablePayload, match=f"{VARIABLE} is not set here"):
        await under().decode([sealed])


@pytest.mark.parametrize("place", [0, 12, -1])
async def test_an_altered_payload_is_refused(place: int) -> None:
    [sealed] = await under(NEW).encode([SAID])
    data = bytearray(sealed.data)
    data[place] ^= 1
    with pytest.raises(UnreadablePayload, match="altered"):
        await under(NEW).decode([Payload(metadata=sealed.metadata, data=bytes(data))])
    with pytest.raises(UnreadablePayload, match="altered"):
        await under(NEW).decode([Payload(metadata=sealed.metadata, data=b"short")])


async def test_the_words_of_a_failure_are_encrypted_too() -> None:
    from temporalio.api.failure.v1 import Failure

    failure = Failure()
    await under(NEW).encode_failure(ApplicationError("payments fail"), failure)
    assert b"payments" not in failure.SerializeToString()
    assert str(await under(NEW).decode_failure(failure)) == "payments fail"


@pytest.mark.parametrize("apart", [",", " ", "\n", ", ", ",\n"])
def test_keys_stand_apart_by_commas_or_blanks(apart: str) -> None:
    assert payload_keys(f"{NEW}{apart}{OLD}{apart}") == [bytes([2]) * 32, bytes([1]) * 32]
    assert payload_keys(" ") == []


def test_both_spellings_of_base64_are_taken() -> None:
    key = b"\xfb\xff" * 16
    assert payload_keys(base64.b64encode(key).decode()) == payload_keys(base64.urlsafe_b64encode(key).decode()) == [key]
    assert payload_keys(base64.urlsafe_b64encode(key).decode().rstrip("=")) == [key]


@pytest.mark.parametrize("wrong", ["short", base64.b64encode(bytes(16)).decode(), "ä" * 44, "!" * 44, "A" * 45])
def test_a_key_that_is_none_is_named_by_its_place_and_not_repeated(wrong: str) -> None:
    with pytest.raises(RoustError, match=f"{VARIABLE}: key 2 must be 32 bytes") as raised:
        payload_keys(f"{NEW},{wrong}")
    assert wrong not in str(raised.value)
