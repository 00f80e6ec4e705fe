"""The ASGI application: pages, sockets with their users, and the lifespan under other servers than `serve`'s."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
pages = get_asgi_application()  # sets up Django, which the imports below need

from channels.routing import ProtocolTypeRouter
from django.conf import settings

from dashboard.bounded_bodies import BoundedBodies
from dashboard.fair_requests import FairRequests
from dashboard.inspected_requests import InspectorsFirst
from dashboard.kept_threads import KeptThreads
from dashboard.lifetime import lifespan
from dashboard.refused_requests import RefusedRequests
from dashboard.socket_users import with_users
from dashboard.unknown_sockets import KnownSockets
from playground.realtime.routing import websocket_urlpatterns

refused = RefusedRequests()
sockets = KnownSockets(websocket_urlpatterns)
application = ProtocolTypeRouter(
    {
        "http": InspectorsFirst(
            FairRequests(
                BoundedBodies(KeptThreads(pages), refused, is_behind_proxy=settings.BEHIND_PROXY),
                refused,
                session_cookie=settings.SESSION_COOKIE_NAME,
                is_behind_proxy=settings.BEHIND_PROXY,
            ),
            is_behind_proxy=settings.BEHIND_PROXY,
        ),
        "websocket": with_users(sockets, settings.SITE_ORIGINS),
        "lifespan": lifespan,
    }
)
