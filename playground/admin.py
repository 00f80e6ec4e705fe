"""Conversations, turns, completions, inspectors and what they were sent in the admin, read-only."""

import json
from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from playground.models import Completion, Conversation, InspectedRequest, Inspector, Turn

SEE_EVERYONES = "playground.view_completion"
SEE_EVERYONES_INSPECTORS = "playground.view_everyones_inspectors"
LISTED = 30
"""The rows on a page."""
LARGE_IN_TURN = (
    "user_text",
    "context",
    "text",
    "spoken_text",
    "heard_text",
    "tool_results",
    "timings",
    "timeline",
)
LARGE_IN_COMPLETION = (
    "request",
    "origins",
    "response_headers",
    "payloads",
    "reasoning",
    "tool_calls",
    "usage",
)

LARGE_IN_INSPECTED_REQUEST = (
    "headers",
    "body_parts",
    "answer_headers",
    "answer_parts",
    "body",
    "answer_body",
    "timings",
    "error",
)


class LeanChangeList(ChangeList):
    """Leaves ``not_listed`` in the database."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        assert isinstance(self.model_admin, ReadOnlyAdmin)
        return super().get_queryset(request, *args, **kwargs).defer(*self.model_admin.not_listed)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Read-only, and only for users who may view everyone's data; users view their own in the app."""

    actions = None
    list_per_page = LISTED
    show_full_result_count = False
    not_listed: Sequence[str] = ()
    """The columns that the list doesn't show, each of which may hold a megabyte."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LeanChangeList

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm(SEE_EVERYONES)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def as_json(value: Any) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))


def as_text(content: bytes | memoryview) -> SafeString:
    return format_html("<pre>{}</pre>", bytes(content).decode("utf-8", "replace"))


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ["id", "conversation_name", "owner", "persona_version", "status", "stand_in", "created_at"]
    list_filter = ["status", "stand_in", "created_at"]
    list_select_related = ["owner", "persona_version"]
    search_fields = ["id", "conversation_name", "owner__username"]
    not_listed = ["conversational_context", "custom_greeting", "properties", "initial_messages"]


@admin.register(Turn)
class TurnAdmin(ReadOnlyAdmin):
    list_display = [
        "id",
        "conversation",
        "position",
        "kind",
        "status",
        "error_code",
        "first_audio_ms",
        "created_at",
    ]
    list_filter = ["status", "kind"]
    list_select_related = ["conversation"]
    search_fields = ["id__exact", "conversation__id__exact"]
    search_help_text = "The whole id of a turn or of its conversation"
    ordering = ["-created_at"]
    not_listed = [
        *LARGE_IN_TURN,
        *(f"conversation__{name}" for name in ConversationAdmin.not_listed),
    ]
    exclude = ["timings", "timeline", "tool_results", "error"]
    readonly_fields = ["error_shown", "timings_shown", "tool_results_shown", "timeline_shown"]

    @admin.display(description="Error")
    def error_code(self, turn: Turn) -> str:
        return str(turn.error["code"]) if turn.error else ""

    @admin.display(description="Error")
    def error_shown(self, turn: Turn) -> SafeString:
        return as_json(turn.error)

    @admin.display(description="Timings (ms)")
    def timings_shown(self, turn: Turn) -> SafeString:
        return as_json(turn.timings)

    @admin.display(description="Tool results")
    def tool_results_shown(self, turn: Turn) -> SafeString:
        return as_json(turn.tool_results)

    @admin.display(description="Timeline")
    def timeline_shown(self, turn: Turn) -> SafeString:
        return as_json(turn.timeline)


class AnswerFilter(admin.SimpleListFilter):
    """The class of the answer's status: to list the statuses that occur, every row would have to be read."""

    title = "answer"
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("2", "2xx"), ("3", "3xx"), ("4", "4xx"), ("5", "5xx"), ("none", "none")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        answer = self.value()
        if answer == "none":
            return queryset.filter(response_status=None)
        if answer not in ("2", "3", "4", "5"):
            return queryset
        least = int(answer) * 100
        return queryset.filter(response_status__gte=least, response_status__lt=least + 100)


@admin.register(Completion)
class CompletionAdmin(ReadOnlyAdmin):
    list_display = ["id", "turn", "attempt", "response_status", "finish_reason", "created_at"]
    list_filter = [AnswerFilter]
    list_select_related = ["turn"]
    search_fields = ["id__exact", "turn__id__exact"]
    search_help_text = "The whole id of a completion or of its turn"
    ordering = ["-created_at"]
    not_listed = [*LARGE_IN_COMPLETION, *(f"turn__{name}" for name in LARGE_IN_TURN)]
    exclude = ["request", "origins", "response_headers", "payloads", "tool_calls", "usage"]
    readonly_fields = [
        "request_shown",
        "response_headers_shown",
        "tool_calls_shown",
        "usage_shown",
        "payloads_shown",
    ]

    @admin.display(description="Request, names in place of secrets")
    def request_shown(self, completion: Completion) -> SafeString:
        return as_json(completion.request)

    @admin.display(description="Response headers")
    def response_headers_shown(self, completion: Completion) -> SafeString:
        return as_json(completion.response_headers)

    @admin.display(description="Tool calls")
    def tool_calls_shown(self, completion: Completion) -> SafeString:
        return as_json(completion.tool_calls)

    @admin.display(description="Usage")
    def usage_shown(self, completion: Completion) -> SafeString:
        return as_json(completion.usage)

    @admin.display(description="Payloads: [ms, data]")
    def payloads_shown(self, completion: Completion) -> SafeString:
        return as_json(completion.payloads)


class InspectorsAdmin(ReadOnlyAdmin):
    """Only for users who may see everyone's inspectors."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm(SEE_EVERYONES_INSPECTORS)


@admin.register(Inspector)
class InspectorAdmin(InspectorsAdmin):
    list_display = ["id", "name", "maker", "answer", "last_number", "expires_at", "created_at"]
    list_filter = ["answer"]
    list_select_related = ["maker"]
    search_fields = ["id__exact", "name", "maker__username"]
    not_listed = ["answer_settings"]
    exclude = ["answer_settings"]
    readonly_fields = ["address_token", "last_number", "forward_secret_by", "answer_settings_shown"]

    @admin.display(description="Answer settings")
    def answer_settings_shown(self, inspector: Inspector) -> SafeString:
        return as_json(inspector.answer_settings)


@admin.register(InspectedRequest)
class InspectedRequestAdmin(InspectorsAdmin):
    list_display = ["inspector", "number", "method", "answer_status", "ended", "arrived_at"]
    list_filter = ["ended", "answer"]
    list_select_related = ["inspector"]
    search_fields = ["inspector__id__exact", "conversation_id__exact"]
    search_help_text = "The whole id of an inspector or of a conversation"
    ordering = ["-pk"]
    not_listed = [*LARGE_IN_INSPECTED_REQUEST, "inspector__answer_settings"]
    exclude = LARGE_IN_INSPECTED_REQUEST
    readonly_fields = ["headers_shown", "body_shown", "answer_headers_shown", "answer_shown", "timings_shown"]

    @admin.display(description="Headers")
    def headers_shown(self, request: InspectedRequest) -> SafeString:
        return as_json(request.headers)

    @admin.display(description="Body")
    def body_shown(self, request: InspectedRequest) -> SafeString:
        return as_text(request.body)

    @admin.display(description="Answer headers")
    def answer_headers_shown(self, request: InspectedRequest) -> SafeString:
        return as_json(request.answer_headers)

    @admin.display(description="Answer")
    def answer_shown(self, request: InspectedRequest) -> SafeString:
        return as_text(request.answer_body)

    @admin.display(description="Timings (ms)")
    def timings_shown(self, request: InspectedRequest) -> SafeString:
        return as_json(request.timings)
