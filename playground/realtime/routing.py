"""The addresses of the sockets."""

from django.urls import path

from playground.realtime.consumer import ConversationConsumer
from playground.realtime.inspector_consumer import InspectorConsumer

websocket_urlpatterns = [
    path("ws/conversations/<str:conversation_id>/", ConversationConsumer.as_asgi()),  # type: ignore[arg-type] # routed by Channels
    path("ws/inspectors/<str:inspector_id>/", InspectorConsumer.as_asgi()),  # type: ignore[arg-type] # likewise
]
