"""Conversations, turns and completions in the admin, read-only."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from playground.models import Completion, Conversation, Turn

SEE_EVERYONES = "playground.view_completion"


class ReadOnlyAdmin(admin.ModelAdmin):
    """Read-only, and only for users who may view everyone's data; users view their own in the app."""

    actions = None

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


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ["id", "conversation_name", "owner", "persona_version", "status", "stand_in", "created_at"]
    list_filter = ["status", "stand_in"]
    list_select_related = ["owner", "persona_version"]
    search_fields = ["id", "conversation_name", "owner__username"]
    date_hierarchy = "created_at"


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
    search_fields = ["id", "conversation__id", "conversation__owner__username"]
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


@admin.register(Completion)
class CompletionAdmin(ReadOnlyAdmin):
    list_display = ["id", "turn", "attempt", "response_status", "finish_reason", "created_at"]
    list_filter = ["response_status", "finish_reason"]
    list_select_related = ["turn"]
    search_fields = ["id", "turn__id", "turn__conversation__id"]
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
