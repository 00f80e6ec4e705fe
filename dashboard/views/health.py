"""The health check of this process, for a load balancer, a container, or a person."""

import asyncio
import logging
import shutil
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from playground.engine.limits import MIB
from playground.runner import runner

logger = logging.getLogger(__name__)

CHECK_TIMEOUT_S = 3.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """The thresholds of a degraded and of a failing resource."""

    degraded: float
    down: float


DISK_FREE_BYTES = Bounds(degraded=512 * MIB, down=32 * MIB)
"""Free space on the filesystem of GREENROOM_DATA: less means nearly full, or full."""
WRITER_LAG_S = Bounds(degraded=10.0, down=60.0)
"""How long finished turns wait to be stored: longer means late, or stuck."""


@login_not_required
@never_cache
@require_safe
async def health(request: HttpRequest) -> JsonResponse:
    """Return ``{"status", "database", "channel_layer", "disk", "writer"}``; 503 if turns can't be stored.

    ``channel_layer`` is down while this process can't follow the others, and its viewers are told so.
    """
    database, channel_layer = await asyncio.gather(_database_answers(), _channel_layer_answers())
    parts = {
        "database": "ok" if database else "down",
        "channel_layer": "ok" if channel_layer else "down",
        "disk": _disk(_free_bytes()),
        "writer": _writer(runner().writer_lag_s),
    }
    is_down = not database or parts["disk"] == "full" or parts["writer"] == "stuck"
    is_well = all(part == "ok" for part in parts.values())
    status = "down" if is_down else "ok" if is_well else "degraded"
    return JsonResponse({"status": status, **parts}, status=503 if is_down else 200)


def _disk(free_bytes: int) -> str:
    if free_bytes < DISK_FREE_BYTES.down:
        return "full"
    return "low" if free_bytes < DISK_FREE_BYTES.degraded else "ok"


def _writer(lag_s: float) -> str:
    if lag_s > WRITER_LAG_S.down:
        return "stuck"
    return "late" if lag_s > WRITER_LAG_S.degraded else "ok"


def _free_bytes() -> int:
    return shutil.disk_usage(settings.GREENROOM_DATA).free


async def _database_answers() -> bool:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            await sync_to_async(_select_one)()
    except (DatabaseError, TimeoutError) as error:
        logger.warning("The database does not answer (%s)", type(error).__name__)
        return False
    return True


def _select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


async def _channel_layer_answers() -> bool:
    if runner().is_cut_off:
        return False
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            layer = get_channel_layer()
            assert layer is not None
            await layer.group_send("health", {"type": "health"})
    # Any exception, because Redis has errors of its own, whose import takes longer than the rest of this page.
    except Exception as error:
        logger.warning("The channel layer does not answer (%s)", type(error).__name__)
        return False
    return True
