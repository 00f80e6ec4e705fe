"""The words of ``/v2/personas`` for the OpenAPI document. What they leave open is kept and comes out again."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from personas.api.pages import LEFT_OUT, PageQuery
from playground.engine.json_types import Json

STORYTELLER: Json = {
    "system_prompt": "You are a storyteller. You like telling stories to people of all ages.",
    "context": "Here are some of your favorite stories: Little Red Riding Hood and The Ugly Duckling",
    "persona_name": "Mert the Storyteller",
    "layers": {
        "llm": {
            "model": "custom_model_here",
            "api_key": "{{secret:MY_TOKEN}}",
            "base_url": "https://llm.example.com/v1",
            "tools": [],
        },
        "tts": {
            "api_key": "{{secret:MY_VOICE}}",
            "tts_engine": "playht",
            "playht_user_id": "your-playht-user-id",
            "external_voice_id": "professional-voice-clone-id",
            "voice_settings": {},
        },
        "vqa": {"enabled": False},
    },
}
PATCH: list[Json] = [
    {"op": "replace", "path": "/layers/llm/model", "value": "gpt-4o"},
    {"op": "add", "path": "/layers/tts/voice_settings/speed", "value": 0.9},
    {"op": "remove", "path": "/context"},
]
_TIME = "2025-09-10T00:35:24.310570Z"


class ErrorOut(BaseModel):
    """Tavus' shape of a 400."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"error": "Invalid persona_id"}]})

    error: str
    field: str = Field("", description="The path of what is wrong, where one is known.")


class MessageOut(BaseModel):
    """Tavus' shape of every other refusal."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"message": "Invalid access token"}]})

    message: str
    field: str = Field("", description="The path of what is wrong, where one is known.")


REFUSALS: dict[int, Any] = {400: ErrorOut, 401: MessageOut, 403: MessageOut}
BODY_REFUSALS: dict[int, Any] = REFUSALS | {413: MessageOut}


class PersonaIn(BaseModel):
    """A persona as Tavus' page on custom LLMs writes it. Today's names (pal_name, default_face_id) are taken in too."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [STORYTELLER]})

    system_prompt: str = Field(
        max_length=200_000, description="Who the persona is. Needed unless pipeline_mode is echo."
    )
    persona_name: str = Field("", max_length=200)
    context: str = Field("", max_length=200_000)
    default_replica_id: str = Field("", max_length=100)
    layers: Json = Field(
        default_factory=dict,
        description="llm (model, base_url, api_key, tools, headers, extra_body), tts, vqa; others are kept. A key is "
        "stored as a token secret bound to the host of base_url, and never given out: {{secret:NAME}} stands in its "
        "place, and may be sent in its place.",
    )


class OperationIn(BaseModel):
    """One operation of RFC 6902."""

    op: Literal["add", "remove", "replace", "move", "copy", "test"]
    path: str = Field(description="A JSON Pointer into the persona as GET shows it.")
    value: Any = Field(None, description="Of add, replace and test.")
    from_: str = Field("", alias="from", description="Of move and copy.")


class ReasonOut(BaseModel):
    code: str
    message: str


class SavedOut(BaseModel):
    version: int = Field(
        description="Every save makes a version; a conversation keeps the one it began with."
    )
    notices: list[str] = Field(
        description="What could not be taken over as it stands, and an address that will not be called, in words."
    )
    not_ready: list[ReasonOut] = Field(
        description="Why the persona's own LLM can't be called yet; empty: it can."
    )


class PersonaSavedOut(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "persona_id": "p5317866b3c1",
                    "persona_name": "Mert the Storyteller",
                    "created_at": _TIME,
                    "updated_at": _TIME,
                    "greenroom": {"version": 1, "notices": [], "not_ready": []},
                }
            ]
        }
    )

    persona_id: str
    persona_name: str
    created_at: str
    updated_at: str
    greenroom: SavedOut


class PersonaOut(BaseModel):
    """The persona with every key and layer that it was given."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {"persona_id": "p5317866b3c1", **STORYTELLER, "created_at": _TIME, "updated_at": _TIME}
            ]
        },
    )

    persona_id: str
    persona_name: str
    system_prompt: str
    context: str = ""
    default_replica_id: str = ""
    layers: Json = Field(default_factory=dict)
    created_at: str
    updated_at: str


class PersonaDataOut(BaseModel):
    """One persona, in a list of one as Tavus gives it."""

    data: list[PersonaOut]


class PersonaListOut(PersonaDataOut):
    """A page of personas, the newest first."""

    total_count: int
    left_out: int = Field(0, description=LEFT_OUT)


class PersonaQuery(PageQuery):
    persona_type: Literal["user", "system"] | None = Field(
        None, description="Greenroom has no personas of Tavus' own: system finds none."
    )


def body_of(model: type[BaseModel], *, is_list: bool = False, example: Any = None) -> Json:
    """``openapi_extra`` for an operation that reads its body itself."""
    schema: Json = model.model_json_schema(by_alias=True)
    if is_list:
        schema = {"type": "array", "items": schema}
    content: Json = {"schema": schema}
    if example is not None:
        content["example"] = example
    return {"requestBody": {"required": True, "content": {"application/json": content}}}
