"""The addresses of what runs: the playground, the conversations and the demo LLM."""

from django.urls import include, path

from playground.views import (
    check_connection,
    conversation,
    conversations,
    measured,
    paste,
    start,
    try_endpoint,
)

_playground = [
    path("", start.start, name="start"),
    path("start/", start.begin, name="begin"),
    path("try/", try_endpoint.try_endpoint, name="try"),
    path("paste/", paste.paste, name="paste"),
    path("measured/filler/<int:pk>/", measured.measured_filler, name="measured-filler"),
    path("check-connection/", check_connection.check_connection, name="check"),
    path("turns/<str:turn_id>/request/", conversation.turn_request, name="turn-request"),
    path("turns/<str:turn_id>/stream/", conversation.turn_stream, name="turn-stream"),
    path("turns/<str:turn_id>/timeline/", conversation.turn_timeline, name="turn-timeline"),
    path("<str:conversation_id>/", conversation.conversation, name="conversation"),
]
_conversations = [
    path("", conversations.conversation_list, name="list"),
    path("<str:conversation_id>/", conversations.conversation_detail, name="detail"),
    path("<str:conversation_id>/end/", conversations.conversation_end, name="end"),
]

urlpatterns = [
    path("playground/", include((_playground, "playground"))),
    path("conversations/", include((_conversations, "conversations"))),
    path("demo/v1/", include("playground.demo_llm.urls")),
]
