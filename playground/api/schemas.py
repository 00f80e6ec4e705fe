"""The words of ``/v2/conversations`` for requests, answers and the OpenAPI document."""

from typing import Annotated, Literal

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field

from personas.api.pages import LEFT_OUT, PAGE_BYTES, PageQuery
from personas.api.schemas import ReasonOut
from playground.engine.addresses.address import AddressError, parse_address
from playground.engine.callback_sentences import CONTENTS
from playground.engine.json_types import Json
from playground.engine.limits import MIB
from playground.engine.prompt import placeholders
from playground.realtime.commands import CONTEXT_CHARS, MESSAGE_ID_CHARS, USER_TEXT_CHARS

CONVERSATION: Json = {
    "replica_id": "r123456789",
    "conversation_name": "My Conversation",
    "persona_id": "p5317866b3c1",
    "conversational_context": "You are talking to Maya, who is from Dallas, Texas.",
    "properties": {"simulated_speech": "instant"},
}
_TIME = "2025-09-10T00:35:24.310570Z"
_MADE: Json = {
    "conversation_id": "c0eaa60a2672",
    "conversation_name": "My Conversation",
    "conversation_url": "http://127.0.0.1:8765/playground/c0eaa60a2672/",
    "ws_url": "ws://127.0.0.1:8765/ws/conversations/c0eaa60a2672/",
    "status": "active",
    "callback_url": "",
    "created_at": _TIME,
}
_KEPT: Json = {"description": "Kept, and named in the answer; Greenroom doesn't act on it."}


def _callback(url: str) -> str:
    if not url:
        return url
    try:
        address = parse_address(url)
    except AddressError as error:
        raise ValueError(error.message) from None
    if address.is_own:
        raise ValueError("Give a whole address that begins with https://.")
    return url


class PropertiesIn(BaseModel):
    """Tavus' properties; others are kept."""

    model_config = ConfigDict(extra="allow", strict=True)

    simulated_speech: Literal["realtime", "instant"] | None = Field(
        None, description="Greenroom's own: realtime (the default), or everything is heard at once."
    )
    filler_seed: int | None = Field(
        None, description="Greenroom's own: the same seed chooses the same fillers, turn by turn."
    )
    max_call_duration: int | None = Field(
        None, ge=0, description="After so many seconds the conversation ends. 0 or missing: it has no end."
    )
    participant_left_timeout: int | None = Field(
        None,
        ge=0,
        description="So many seconds after its last viewer has left, a page or a socket, it ends. Missing: it goes on.",
    )
    participant_absent_timeout: int | None = Field(
        None, ge=0, description="It ends if nobody has come within so many seconds. 0 or missing: it goes on."
    )
    enable_recording: bool | None = Field(None, json_schema_extra=_KEPT)
    enable_closed_captions: bool | None = Field(None, json_schema_extra=_KEPT)
    apply_greenscreen: bool | None = Field(None, json_schema_extra=_KEPT)
    language: str | None = Field(None, max_length=100, json_schema_extra=_KEPT)


class ConversationIn(BaseModel):
    """What Tavus' page on custom LLMs sends, and what today's Tavus takes; unknown keys are kept."""

    model_config = ConfigDict(extra="allow", strict=True, json_schema_extra={"examples": [CONVERSATION]})

    persona_id: str = Field(
        validation_alias=AliasChoices("persona_id", "pal_id"),
        max_length=200,
        description="Today's name, pal_id, is taken in too.",
    )
    replica_id: str | None = Field(
        None,
        validation_alias=AliasChoices("replica_id", "face_id"),
        max_length=100,
        description="Counts before the persona's default_replica_id. Today's name, face_id, is taken in too.",
    )
    conversation_name: str | None = Field(None, max_length=200)
    callback_url: Annotated[str, AfterValidator(_callback)] | None = Field(
        None,
        max_length=2_000,
        description=f"Where it is told, in Tavus' envelopes, what happens: {CONTENTS}. Where the server's operator has "
        "not switched callbacks on, it is kept and nothing is sent.",
    )
    conversational_context: str | None = Field(
        None,
        max_length=CONTEXT_CHARS,
        description="Whom the persona talks to: the end of the system message.",
    )
    custom_greeting: str | None = Field(
        None, max_length=USER_TEXT_CHARS, description="The voice says it first, without asking the LLM."
    )
    test_mode: bool | None = Field(None, description="The conversation is created as ended: nobody joins.")
    properties: PropertiesIn | None = None
    audio_only: bool | None = Field(None, json_schema_extra=_KEPT)
    memory_stores: list[str] | None = Field(None, json_schema_extra=_KEPT)
    document_ids: list[str] | None = Field(None, json_schema_extra=_KEPT)
    document_tags: list[str] | None = Field(None, json_schema_extra=_KEPT)
    document_retrieval_strategy: Literal["speed", "quality", "balanced"] | None = Field(
        None, json_schema_extra=_KEPT
    )
    require_auth: bool | None = Field(None, json_schema_extra=_KEPT)
    max_participants: int | None = Field(None, ge=2, json_schema_extra=_KEPT)

    @property
    def unfilled(self) -> list[str]:
        """The ``{identifier}`` placeholders that stand in the context: the caller's to fill."""
        return placeholders(self.conversational_context or "")


class RespondIn(BaseModel):
    model_config = ConfigDict(
        strict=True, json_schema_extra={"examples": [{"text": "Tell me about the three little pigs."}]}
    )

    text: str = Field(
        min_length=1, max_length=USER_TEXT_CHARS, pattern=r"\S", description="What the user says."
    )
    client_msg_id: str = Field(
        "",
        max_length=MESSAGE_ID_CHARS,
        description="One's own id: the same one again starts no second turn, and answers with the first.",
    )


class StartedOut(BaseModel):
    stand_in: bool = Field(
        description="Whether the built-in demo LLM answers, as the persona has no address yet."
    )
    persona_version: int
    not_simulated: list[str] = Field(description="The paths of what is kept, and not acted on.")
    notices: list[str]
    not_ready: list[ReasonOut] = Field(
        description="Why the persona's own LLM can't be called yet; empty: it can."
    )


class ConversationMadeOut(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _MADE
                | {
                    "greenroom": {
                        "stand_in": False,
                        "persona_version": 1,
                        "not_simulated": [],
                        "notices": [],
                        "not_ready": [],
                    }
                }
            ]
        }
    )

    conversation_id: str
    conversation_name: str
    conversation_url: str = Field(description="Opens the playground for the key's user.")
    ws_url: str = Field(description="The socket; the key goes there in the header x-api-key too.")
    status: Literal["active", "ended"]
    callback_url: str
    created_at: str
    greenroom: StartedOut


class EventOut(BaseModel):
    event_type: str
    timestamp: str
    properties: Json


class ConversationOut(BaseModel):
    """The conversation, with every key that it was given."""

    model_config = ConfigDict(extra="allow")

    conversation_id: str
    conversation_name: str
    conversation_url: str
    ws_url: str
    status: Literal["active", "ended"]
    callback_url: str
    replica_id: str
    face_id: str = Field(description="Today's name of replica_id.")
    persona_id: str
    pal_id: str = Field(description="Today's name of persona_id.")
    conversational_context: str
    custom_greeting: str
    properties: Json
    created_at: str
    updated_at: str
    shutdown_reason: str = Field("", description="With verbose=true, of an ended conversation.")
    events: list[EventOut] = Field(
        default_factory=list, description="With verbose=true: what happened, in order, in the socket's words."
    )
    turns_left_out: int = Field(
        0,
        description=f"With verbose=true, where the events would have more than {PAGE_BYTES // MIB} MiB: of how many of "
        "the first turns there are none.",
    )


class ConversationListOut(BaseModel):
    data: list[ConversationOut]
    total_count: int
    left_out: int = Field(0, description=LEFT_OUT)


class ConversationQuery(PageQuery):
    status: Literal["active", "ended"] | None = None
