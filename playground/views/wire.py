"""The page that documents the wire for authors of clients."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from playground.engine.errors.codes import Code
from playground.realtime import commands, consumer, frame_sender, frames, message_rate, rights, rights_watch
from playground.realtime.close_codes import CloseCode
from playground.wire_docs.commands import COMMANDS
from playground.wire_docs.events import event_docs

KIB = 1024


@require_safe
def wire_page(request: HttpRequest) -> HttpResponse:
    context = {
        "site_url": settings.SITE_URL,
        "socket_url": settings.SITE_URL.replace("http", "ws", 1) + "/ws/conversations/CONVERSATION_ID/",
        "commands": [(command, _pretty(command.message)) for command in COMMANDS],
        "events": [(event, [_pretty(message) for message in event.messages]) for event in event_docs()],
        "close_codes": list(CloseCode),
        "error_codes": [str(code) for code in Code],
        "limits": _limits(),
    }
    return render(request, "playground/wire.html", context)


def _pretty(message: dict[str, Any]) -> str:
    return json.dumps(message, indent=2, ensure_ascii=False)


def _limits() -> list[tuple[str, str]]:
    return [
        ("One message", f"{commands.MESSAGE_BYTES // KIB} KiB; a larger one closes the socket with 1009"),
        ("Messages", f"{message_rate.MESSAGES} in {message_rate.MESSAGES_WITHIN_S:g} s"),
        (
            "Messages in a row that can't be read",
            f"{consumer.BAD_IN_A_ROW - 1}; the next one closes the socket",
        ),
        (
            "One frame of the server",
            f"{frames.FRAME_BYTES // KIB} KiB where it holds several events; one event may be larger",
        ),
        (
            "A client that reads nothing",
            f"is let go after {frame_sender.STALLED_S:g} s, and of a larger frame after 1 s more for each "
            f"{frame_sender.SLOWEST_BYTES_S // KIB} KiB",
        ),
        ("Sockets that a user opens with a session", f"{rights.SocketCredential.SESSION.limit}"),
        ("Sockets that a user opens with keys", f"{rights.SocketCredential.KEY.limit}"),
        (
            "Rights are checked",
            f"at every message, with a delay of {rights_watch.READ_EVERY_S:g} s at most, "
            f"and every {rights_watch.IDLE_SOCKETS_EVERY_S:g} s without one",
        ),
        ("Open turns in a conversation", "1"),
    ]
