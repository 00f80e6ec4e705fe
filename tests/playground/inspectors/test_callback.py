"""A callback that an inspector was sent, and the verdict on its signature once it is stored."""

import json
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User
from django.utils import timezone

from playground.engine.addresses.address import parse_address
from playground.engine.webhook_signature import signature_headers
from playground.inspectors.callback import ReceivedCallback, callback_in
from playground.inspectors.examined import read_request
from playground.models import InspectedRequest, Inspector
from playground.storage.callback_keys import make_key
from tests.playground.inspectors.asking import ask, made

SENT: dict[str, Any] = {"event_type": "system.shutdown", "message_type": "system", "conversation_id": "c9"}


@pytest.mark.usefixtures("inspectors")
async def test_a_stored_callback_still_verifies(user: User) -> None:
    inspector = await made(user)
    body = json.dumps(SENT).encode()
    key = await database_sync_to_async(make_key)(user, parse_address(inspector.address).entry)
    headers = signature_headers("m1", body, [key.written], timestamp_s=int(timezone.now().timestamp()))
    sent = [(name.encode(), value.encode()) for name, value in headers]
    await ask(inspector, "", body=body, headers=sent)
    callback = await database_sync_to_async(received)(inspector)
    assert callback is not None
    assert (callback.is_valid, callback.event_type) == (True, "system.shutdown")


def received(inspector: Inspector) -> ReceivedCallback | None:
    row = InspectedRequest.objects.select_related("inspector").get(inspector=inspector)
    return callback_in(row, read_request(row).received)
