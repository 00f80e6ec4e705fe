"""Starts a conversation from an API request: what is used, what is only kept, and who answers."""

import json

from django.contrib.auth.models import User

from personas.api.access import may_be_id
from personas.api.documents import timestamp
from personas.api.errors import bad_request, invalid_id
from personas.models import Persona
from personas.readiness import ReadinessCode, ReadinessProblem, readiness_problems
from playground.api.documents import OTHER_KEYS, links_json
from playground.api.schemas import ConversationIn
from playground.engine.callback_sentences import contents_sentence
from playground.engine.json_types import Json
from playground.engine.user_json import LIMIT_BYTES
from playground.models import Conversation
from playground.storage.start_conversation import ConversationOptions, start_conversation

_STORED = frozenset(
    {"persona_id", "replica_id", "conversation_name", "callback_url", "conversational_context"}
    | {"custom_greeting", "test_mode", "properties"}
)
"""Keys with a column of their own."""
_ACTED_ON_PROPERTIES = frozenset(
    {"simulated_speech", "filler_seed"}
    | {"max_call_duration", "participant_left_timeout", "participant_absent_timeout"}
)
_NOTHING_TO_CALL = frozenset({ReadinessCode.ADDRESS_MISSING, ReadinessCode.ADDRESS_PLACEHOLDER})


def start(request: ConversationIn, *, owner: User) -> Json:
    """Store the conversation and return the response. Raises ApiError (400) for an unknown persona.

    The demo LLM answers for a persona without an address, such as that of Tavus' page, and the response says so. Any
    other persona that isn't ready starts anyway, and its turns report the problem.
    """
    persona = _persona(request.persona_id)
    problems = readiness_problems(persona)
    values: Json = request.model_dump(exclude_unset=True, exclude_none=True)
    properties: Json = values.get("properties", {})
    if OTHER_KEYS in properties:
        raise bad_request("This name is Greenroom's own.", f"properties.{OTHER_KEYS}")
    other = {key: value for key, value in values.items() if key not in _STORED}
    _refuse_large("properties", properties)
    _refuse_large("", other)
    options = ConversationOptions(
        conversation_name=request.conversation_name or "",
        conversational_context=request.conversational_context or "",
        replica_id=request.replica_id or "",
        callback_url=request.callback_url or "",
        custom_greeting=request.custom_greeting or "",
        stand_in=any(problem.code in _NOTHING_TO_CALL for problem in problems),
        properties=properties | ({OTHER_KEYS: other} if other else {}),
        status=Conversation.Status.ENDED if request.test_mode else Conversation.Status.ACTIVE,
    )
    conversation = start_conversation(persona, options, owner=owner)
    return _answer(conversation, request, values, problems)


def _refuse_large(field: str, values: Json) -> None:
    """Raise ApiError (400) if the kept JSON is larger than any other field may be."""
    size = len(json.dumps(values, ensure_ascii=False).encode())
    if size > LIMIT_BYTES:
        subject = "This is" if field else "The keys that are only kept are"
        raise bad_request(
            f"{subject} {size:,} bytes of JSON, and at most {LIMIT_BYTES:,} are kept. Shorten it.", field
        )


def _persona(persona_id: str) -> Persona:
    rows = Persona.objects.filter(version__gt=0).select_related("token_secret")
    persona = rows.filter(pk=persona_id).first() if may_be_id(persona_id) else None
    if persona is None:
        raise invalid_id("persona_id")
    return persona


def _answer(
    conversation: Conversation, request: ConversationIn, values: Json, problems: list[ReadinessProblem]
) -> Json:
    acted_on = _STORED if conversation.sends_callbacks else _STORED - {"callback_url"}
    not_simulated = [key for key in values if key not in acted_on]
    not_simulated += [
        f"properties.{key}" for key in values.get("properties", {}) if key not in _ACTED_ON_PROPERTIES
    ]
    return links_json(conversation) | {
        "conversation_id": conversation.pk,
        "conversation_name": conversation.conversation_name,
        "status": conversation.status,
        "callback_url": conversation.callback_url,
        "created_at": timestamp(conversation.created_at),
        "greenroom": {
            "stand_in": conversation.stand_in,
            "persona_version": conversation.persona_version.number,
            "not_simulated": not_simulated,
            "notices": _notes(conversation, request),
            "not_ready": [{"code": problem.code, "message": problem.message} for problem in problems],
        },
    }


def _notes(conversation: Conversation, request: ConversationIn) -> list[str]:
    sentences = []
    if not conversation.replica_id:
        sentences.append("Tavus wants a replica_id: neither the request nor the persona has one.")
    if conversation.stand_in:
        sentences.append(
            "The persona has no address of an LLM yet: the built-in demo LLM answers in its place."
        )
    if conversation.sends_callbacks:
        sentences.append(f"callback_url is told what happens: {contents_sentence(conversation.callback_url)}")
    if request.unfilled:
        names = ", ".join(f"{{{name}}}" for name in request.unfilled)
        sentences.append(f"conversational_context is sent as it stands: {names} was not filled in.")
    return sentences
