"""One row of every model, so that every address exists."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone

from dashboard.api_keys import make_key
from dashboard.roles import Role, group_of
from personas.models import FillerConfig, Persona, TokenSecret
from personas.saving import save_persona
from playground.models import Callback, Completion, Conversation, InspectedRequest, Inspector, Turn
from tests.dashboard.roles import person


@dataclass
class World:
    """One row of every model. The conversation and the inspector are the caller's own."""

    by_model: dict[str, models.Model]

    @classmethod
    def of(cls, owner: User) -> "World":
        persona = Persona(persona_name="Mert", address="/demo/v1", model="storyteller")
        version = save_persona(persona, by=owner)
        conversation = Conversation.objects.create(owner=owner, persona_version=version)
        turn = Turn.objects.create(
            conversation=conversation, position=0, kind=Turn.Kind.USER, status=Turn.Status.INTERRUPTED
        )
        inspector = Inspector.objects.create(maker=owner, name="Mine")
        someone = person(Role.VIEWER, "someone")
        attempt = {
            "username": "x",
            "ip_address": "192.0.2.1",
            "user_agent": "x",
            "http_accept": "x",
            "path_info": "/",
        }
        Callback.objects.create(
            conversation=conversation,
            owner=owner,
            webhook_id="msg_1",
            event_type="system.replica_joined",
            url="https://hooks.example.com/",
            body="{}",
            next_at=timezone.now(),
            created_at=timezone.now(),
        )
        rows: list[models.Model] = [
            persona,
            version,
            conversation,
            turn,
            inspector,
            InspectedRequest.objects.create(inspector=inspector, **INSPECTED),
            someone,
            Completion.objects.create(turn=turn, request={}),
            FillerConfig.objects.create(name="Thinking"),
            TokenSecret.objects.create(name="KEY"),
            make_key("script", user=someone, role=group_of(Role.VIEWER))[0],
            group_of(Role.VIEWER),
            AccessAttempt.objects.create(failures_since_start=1, **attempt),
            AccessLog.objects.create(**attempt),
            AccessFailureLog.objects.create(**attempt),
        ]
        return cls({f"{row._meta.app_label}/{row._meta.model_name}": row for row in rows})

    def pk(self, model: str) -> str:
        return str(self.by_model[model].pk)

    def address(self, route: str) -> str:
        """Return the route with this world's rows in place of its arguments."""
        if route.startswith("admin/^"):
            return "/admin/personas/"
        in_admin = re.match(r"admin/(\w+/\w+)/", route)
        values = {
            "persona_id": self.pk("personas/persona"),
            "pal_id": self.pk("personas/persona"),
            "conversation_id": self.pk("playground/conversation"),
            "inspector_id": self.pk("playground/inspector"),
            "turn_id": self.pk("playground/turn"),
            "webhook_id": "msg_1",
            "pk": self.pk("personas/fillerconfig" if "filler" in route else "auth/user"),
            "id": self.pk("auth/user"),
            "object_id": self.pk(in_admin.group(1)) if in_admin and "<path:object_id>" in route else "",
            "number": "1",
            "name": "KEY",
            "uidb64": "MQ",
            "token": "unknown",
        }
        return (
            "/"
            + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values[match.group(1)], route)
            + QUERIES.get(route, "")
        )


INSPECTED: dict[str, Any] = {
    "number": 1,
    "arrived_at": datetime(2026, 11, 28, tzinfo=UTC),
    "method": "POST",
    "path": "/chat/completions",
    "http_version": "1.1",
    "body": b'{"model": "demo", "messages": [{"role": "user", "content": "Hello"}]}',
    "answer_status": 200,
    "answer_body": b"data: [DONE]\n\n",
    "answer_parts": [[1, 14]],
    "ended": InspectedRequest.End.COMPLETE,
}

QUERIES = {
    "inspectors/<str:inspector_id>/requests/<int:number>/compare/": "?with=1",
    "playground/turns/<str:turn_id>/request/": "?platform=tavus",
    "playground/turns/<str:turn_id>/request/differences/": "?platform=jaicp",
    "personas/<str:persona_id>/export/": "?format=tavus",
    "personas/<str:persona_id>/export/file/": "?format=tavus",
    "personas/<str:persona_id>/versions/compare/": "?older=1&newer=1",
}
