"""The addresses of what runs: the playground, the conversations and the demo LLM."""

from django.urls import include, path

from playground.views import (
    check_connection,
    check_conversation,
    check_endpoint,
    conversation,
    conversations,
    interrupt_histories,
    measured,
    measured_persona,
    paste,
    start,
    start_again,
    tool_mock,
    try_endpoint,
)

_playground = [
    path("", start.start, name="start"),
    path("start/", start.begin, name="begin"),
    path("try/", try_endpoint.try_endpoint, name="try"),
    path("paste/", paste.paste, name="paste"),
    path("measured/filler/<int:pk>/", measured.measured_filler, name="measured-filler"),
    path("measured/persona/<str:persona_id>/", measured_persona.measured_persona, name="measured-persona"),
    path("check-connection/", check_connection.check_connection, name="check"),
    path("check-endpoint/", check_endpoint.check_endpoint, name="check-endpoint"),
    path("turns/<str:turn_id>/request/", conversation.turn_request, name="turn-request"),
    path("turns/<str:turn_id>/request/code/", conversation.turn_code, name="turn-code"),
    path("turns/<str:turn_id>/request/differences/", conversation.turn_differences, name="turn-differences"),
    path("turns/<str:turn_id>/histories/", interrupt_histories.turn_histories, name="turn-histories"),
    path("turns/<str:turn_id>/stream/", conversation.turn_stream, name="turn-stream"),
    path("turns/<str:turn_id>/mock/", tool_mock.tool_mock, name="turn-mock"),
    path("turns/<str:turn_id>/timeline/", conversation.turn_timeline, name="turn-timeline"),
    path("<str:conversation_id>/", conversation.conversation, name="conversation"),
    path("<str:conversation_id>/again/", start_again.start_again, name="again"),
    path("<str:conversation_id>/check/", check_conversation.check_conversation, name="check-conversation"),
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
