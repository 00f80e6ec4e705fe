"""Signatures of callbacks: a foreign library verifies ours, and we verify the foreign library's."""

import time
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from playground.engine.webhook_signature import (
    TOLERANCE_S,
    SignatureState,
    read_key,
    signature_headers,
    verify_signature,
    written_key,
)

KEY, OTHER = written_key(b"a" * 32), written_key(b"b" * 32)
ID = "msg_1"
BODY = '{"text": "Красная Шапочка \\u0000", "n": 1.50}'.encode()


def signed(*keys: str, at_s: float | None = None, body: bytes = BODY) -> dict[str, str]:
    timestamp_s = int(time.time() if at_s is None else at_s)
    return dict(signature_headers(ID, body, keys, timestamp_s=timestamp_s))


def test_a_foreign_library_verifies_the_raw_bytes() -> None:
    assert Webhook(KEY).verify(BODY, signed(KEY))["n"] == 1.5
    with pytest.raises(WebhookVerificationError):
        Webhook(KEY).verify(BODY.replace(b" ", b""), signed(KEY))


@pytest.mark.parametrize("key", [KEY, OTHER])
def test_during_a_change_of_keys_each_of_them_verifies(key: str) -> None:
    assert Webhook(key).verify(BODY, signed(OTHER, KEY))
    assert verify_signature(signed(OTHER, KEY), BODY, [key], now_s=time.time()) is SignatureState.VALID


def test_without_a_key_there_is_no_signature_but_an_id() -> None:
    assert set(signed()) == {"webhook-id", "webhook-timestamp"}
    assert verify_signature(signed(), BODY, [KEY], now_s=time.time()) is SignatureState.UNSIGNED


def test_the_foreign_librarys_signature_is_valid() -> None:
    at = datetime.fromtimestamp(int(time.time()), UTC)
    headers = signed(KEY) | {"webhook-signature": "v2,abc " + Webhook(KEY).sign(ID, at, BODY.decode())}
    headers["webhook-timestamp"] = str(int(at.timestamp()))
    assert verify_signature(headers, BODY, [OTHER, KEY], now_s=at.timestamp()) is SignatureState.VALID


def test_a_changed_body_a_wrong_key_and_an_old_request_are_told_apart() -> None:
    headers = signed(KEY, at_s=1_000_000)
    assert verify_signature(headers, BODY, [KEY], now_s=1_000_000 + TOLERANCE_S) is SignatureState.VALID
    assert verify_signature(headers, BODY, [KEY], now_s=1_000_001 + TOLERANCE_S) is SignatureState.STALE
    assert verify_signature(headers, BODY + b" ", [KEY], now_s=1_000_000) is SignatureState.WRONG
    assert verify_signature(headers, BODY, [OTHER], now_s=1_000_000) is SignatureState.WRONG
    assert verify_signature(headers, BODY, [], now_s=1_000_000) is SignatureState.WRONG


@pytest.mark.parametrize("timestamp", ["now", "1e9", "９", "1" * 400, "-5"])
def test_a_timestamp_that_is_none_is_stale(timestamp: str) -> None:
    headers = signed(KEY) | {"webhook-timestamp": timestamp}
    assert verify_signature(headers, BODY, [KEY], now_s=0) is not SignatureState.VALID


def test_a_key_is_read_as_it_is_written() -> None:
    assert read_key(KEY) == b"a" * 32
    with pytest.raises(ValueError, match="whsec_"):
        read_key("whsec_not base64!")
