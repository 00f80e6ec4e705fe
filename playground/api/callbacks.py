"""``/v2/greenroom/callbacks``: what conversations told their callback_url, and sending one again."""

import json
from typing import Any, Literal

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from pydantic import BaseModel, Field

from personas.api.access import permitted
from personas.api.documents import timestamp
from personas.api.errors import ApiError, invalid_id
from personas.api.pages import LEFT_OUT, PageQuery, page_of
from personas.api.schemas import REFUSALS, MessageOut
from playground.access import END, READ
from playground.engine.callback_events import NotDelivered
from playground.engine.json_types import Json
from playground.models import Callback
from playground.storage.callback_list import callbacks_of
from playground.storage.sending_again import send_again

UNDER_WAY = "It is being sent at this moment."

router = Router(tags=["greenroom"])


class CallbackAnswerOut(BaseModel):
    at: str
    status: int | None = Field(description="None: no answer.")
    text: str = Field(description="Its beginning, without any secret that this site knows.")
    problem: str
    message: str


class CallbackOut(BaseModel):
    webhook_id: str = Field(description="The header webhook-id, the same however often it is sent.")
    conversation_id: str
    event_type: str
    callback_url: str = Field(description="The conversation's, as it was when this happened.")
    state: Literal["waiting", "delivered", "failed"]
    problem: str = Field(
        description=f"Why the last attempt failed: {', '.join(NotDelivered)}. Empty: none has."
    )
    attempts: int
    is_overtaken: bool = Field(description="Whether later ones of its conversation no longer wait for it.")
    created_at: str
    next_at: str | None = Field(description="When it is sent next; None unless it waits.")
    closed_at: str | None
    body: Json | None = Field(
        description="What is sent. None: a transcript, which is made when it is sent first."
    )
    answers: list[CallbackAnswerOut] = Field(description="The last attempts, oldest first.")


class CallbackListOut(BaseModel):
    data: list[CallbackOut]
    total_count: int
    left_out: int = Field(0, description=LEFT_OUT)


class CallbackQuery(PageQuery):
    conversation_id: str = Field("", max_length=32)
    state: Literal["waiting", "delivered", "failed"] | None = None


@router.get(
    "/greenroom/callbacks",
    response={200: CallbackListOut} | REFUSALS,
    exclude_unset=True,
    summary="List one's callbacks",
)
def list_callbacks(request: HttpRequest, query: Query[CallbackQuery]) -> Any:
    """The newest first; ``total_count`` counts all that the filter finds."""
    user = permitted(request, READ)
    callbacks = callbacks_of(user, conversation_id=query.conversation_id, state=query.state or "")
    return page_of(callbacks.order_by("-pk"), Q(), query, callback_json)


@router.post(
    "/greenroom/callbacks/{webhook_id}/again",
    response={200: CallbackOut} | REFUSALS | {409: MessageOut},
    summary="Send a callback again",
)
def send_callback_again(request: HttpRequest, webhook_id: str) -> Any:
    """To the same address, under the same id, whatever became of it; one that waits is sent at once."""
    user = permitted(request, END)
    is_possible = webhook_id.isascii() and webhook_id.isprintable()
    callback = Callback.objects.filter(owner=user, webhook_id=webhook_id).first() if is_possible else None
    if callback is None:
        raise invalid_id("webhook_id")
    if not send_again(callback.pk, timezone.now()):
        raise ApiError(409, UNDER_WAY)
    callback.refresh_from_db()
    return callback_json(callback)


def callback_json(callback: Callback) -> Json:
    is_waiting = callback.state == Callback.State.WAITING
    return {
        "webhook_id": callback.webhook_id,
        "conversation_id": callback.conversation_id,
        "event_type": callback.event_type,
        "callback_url": callback.url,
        "state": callback.state,
        "problem": callback.problem,
        "attempts": callback.attempts,
        "is_overtaken": callback.is_overtaken,
        "created_at": timestamp(callback.created_at),
        "next_at": timestamp(callback.next_at) if is_waiting else None,
        "closed_at": timestamp(callback.closed_at) if callback.closed_at else None,
        "body": json.loads(callback.body) if callback.body else None,
        "answers": callback.answers,
    }
