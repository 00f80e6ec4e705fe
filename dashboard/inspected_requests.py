"""Hands requests to inspectors on to their application: they pass neither Django nor the line of its requests."""

from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable

from dashboard.bodies_under_way import BodiesUnderWay, BodyUnderWay
from dashboard.body_limits import REFUSAL, Refusal
from dashboard.client_addresses import shared_address, whole_address_of
from playground.inspectors.application import inspect_request
from playground.inspectors.front_door import INSPECT_PATH, BodyRefusal, FrontDoor

Scope = Any


class InspectorsFirst:
    """Passes every other request on to ``application``. Inspectors have bounds of their own."""

    def __init__(self, application: Any, *, is_behind_proxy: bool) -> None:
        self._application = application
        self._is_behind_proxy = is_behind_proxy
        self._bodies = BodiesUnderWay()

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if not scope["path"].startswith(INSPECT_PATH):
            await self._application(scope, receive, send)
            return
        address = (
            whole_address_of(scope, is_behind_proxy=self._is_behind_proxy) if scope.get("client") else ""
        )
        shared = shared_address(address)
        under_way = self._bodies.body(shared)
        refusal = _shown(scope.get(REFUSAL))
        door = FrontDoor(address, refusal, lambda size: _take(under_way, size), shared_address=shared)
        try:
            await inspect_request(scope, receive, send, door)  # type: ignore[arg-type] # the same, typed loosely
        finally:
            under_way.give_back()


def _take(under_way: BodyUnderWay, size: int) -> BodyRefusal | None:
    return _shown(under_way.take(size))


def _shown(refusal: Refusal | None) -> BodyRefusal | None:
    return BodyRefusal(refusal.status, refusal.message) if refusal is not None else None
