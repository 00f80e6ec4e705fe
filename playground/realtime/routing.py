"""The addresses of the sockets."""

from django.urls import path

from playground.realtime.consumer import ConversationConsumer

websocket_urlpatterns = [
    path("ws/conversations/<str:conversation_id>/", ConversationConsumer.as_asgi()),  # type: ignore[arg-type] # routed by Channels
]
