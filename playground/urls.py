"""The addresses of what runs: the playground, conversations, their callbacks, inspectors and the demo LLM."""

from django.urls import include, path

from playground.views import (
    callbacks,
    check_connection,
    check_conversation,
    check_endpoint,
    conversation,
    conversation_changes,
    conversations,
    first_audio,
    go_on,
    interrupt_histories,
    measured,
    measured_persona,
    paste,
    save_and_talk,
    start,
    start_again,
    tool_mock,
    try_endpoint,
)
from playground.views.inspectors import inspectors
from playground.views.inspectors import requests as inspected

_playground = [
    path("", start.start, name="start"),
    path("start/", start.begin, name="begin"),
    path("save-and-talk/", save_and_talk.save_and_talk, name="save-and-talk"),
    path("try/", try_endpoint.try_endpoint, name="try"),
    path("paste/", paste.paste, name="paste"),
    path("measured/first-audio/", first_audio.first_audio, name="first-audio"),
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
    path("<str:conversation_id>/go-on/", go_on.go_on, name="go-on"),
    path("<str:conversation_id>/check/", check_conversation.check_conversation, name="check-conversation"),
]
_conversations = [
    path("", conversations.conversation_list, name="list"),
    path("selected/", conversation_changes.conversations_selected, name="selected"),
    path("undo/", conversation_changes.conversations_undo, name="undo"),
    path("<str:conversation_id>/", conversations.conversation_detail, name="detail"),
    path("<str:conversation_id>/end/", conversations.conversation_end, name="end"),
    path("<str:conversation_id>/name/", conversation_changes.conversation_label, name="name"),
    path("<str:conversation_id>/keep/", conversation_changes.conversation_keep, name="keep"),
    path("<str:conversation_id>/delete/", conversation_changes.conversation_delete, name="delete"),
    path("<str:conversation_id>/export/", conversation_changes.conversation_export, name="export"),
]
_inspectors = [
    path("", inspectors.inspector_list, name="list"),
    path("new/", inspectors.inspector_new, name="new"),
    path("public-address/", inspectors.public_address, name="public-address"),
    path("<str:inspector_id>/", inspectors.inspector_detail, name="detail"),
    path("<str:inspector_id>/edit/", inspectors.inspector_edit, name="edit"),
    path("<str:inspector_id>/key/", inspectors.inspector_key, name="key"),
    path("<str:inspector_id>/keep/", inspectors.inspector_keep, name="keep"),
    path("<str:inspector_id>/delete/", inspectors.inspector_delete, name="delete"),
    path("<str:inspector_id>/requests/<int:number>/", inspected.request_detail, name="request"),
    path("<str:inspector_id>/requests/<int:number>/body/", inspected.request_body, name="request-body"),
    path("<str:inspector_id>/requests/<int:number>/answer/", inspected.request_answer, name="request-answer"),
    path(
        "<str:inspector_id>/requests/<int:number>/timeline/",
        inspected.request_timeline,
        name="request-timeline",
    ),
    path(
        "<str:inspector_id>/requests/<int:number>/conversation/",
        inspected.request_conversation,
        name="make-conversation",
    ),
    path("<str:inspector_id>/requests/<int:number>/compare/", inspected.request_compare, name="compare"),
    path("<str:inspector_id>/requests/<int:number>/replay/", inspected.request_replay, name="replay"),
    path("<str:inspector_id>/requests/<int:number>/persona/", inspected.request_persona, name="make-persona"),
    path("<str:inspector_id>/requests/<int:number>/delete/", inspected.request_delete, name="request-delete"),
]
_callbacks = [
    path("", callbacks.callback_list, name="list"),
    path("keys/", callbacks.callback_keys, name="keys"),
    path("keys/stop/", callbacks.callback_keys_stop, name="keys-stop"),
    path("<str:webhook_id>/again/", callbacks.callback_again, name="again"),
]

urlpatterns = [
    path("inspectors/", include((_inspectors, "inspectors"))),
    path("playground/", include((_playground, "playground"))),
    path("conversations/", include((_conversations, "conversations"))),
    path("callbacks/", include((_callbacks, "callbacks"))),
    path("demo/v1/", include("playground.demo_llm.urls")),
]
