"""What the front door tells an inspector of its client."""

from typing import Any

import pytest

from dashboard.inspected_requests import InspectorsFirst
from playground.inspectors.front_door import FrontDoor


async def nothing(*_arguments: object) -> None:
    """Stand for what isn't called."""


@pytest.mark.parametrize(
    ("is_behind_proxy", "address", "shared"),
    [(False, "2001:db8::7", "2001:db8::"), (True, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")],
)
async def test_the_clients_whole_address_is_shown_and_counted_by_what_its_addresses_share(
    monkeypatch: pytest.MonkeyPatch, is_behind_proxy: bool, address: str, shared: str
) -> None:
    doors: list[FrontDoor] = []

    async def inspect_request(_scope: Any, _receive: Any, _send: Any, door: FrontDoor) -> None:
        doors.append(door)

    monkeypatch.setattr("dashboard.inspected_requests.inspect_request", inspect_request)
    scope: Any = {
        "path": "/inspect/x",
        "client": ["2001:db8::7", 9],
        "headers": [(b"x-forwarded-for", b"192.0.2.1, 2001:db8:1:2:3:4:5:6")],
    }
    application: Any = InspectorsFirst(nothing, is_behind_proxy=is_behind_proxy)
    await application(scope, nothing, nothing)
    assert (doors[0].client_address, doors[0].shared_address) == (address, shared)
