"""Whether this process can do its work: for a load balancer, a container, or a person."""

import asyncio
import logging

from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

CHECK_TIMEOUT_S = 3.0


@login_not_required
@never_cache
@require_safe
async def health(request: HttpRequest) -> JsonResponse:
    """``{"status", "database", "channel_layer"}``; 503 only without a database."""
    database, channel_layer = await asyncio.gather(_database_answers(), _channel_layer_answers())
    status = "ok" if database and channel_layer else "degraded" if database else "down"
    found = {
        "status": status,
        "database": "ok" if database else "down",
        "channel_layer": "ok" if channel_layer else "down",
    }
    return JsonResponse(found, status=200 if database else 503)


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
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            layer = get_channel_layer()
            assert layer is not None
            await layer.group_send("health", {"type": "health"})
    except (RedisError, OSError, TimeoutError) as error:
        logger.warning("The channel layer does not answer (%s)", type(error).__name__)
        return False
    return True
