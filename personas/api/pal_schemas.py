"""The words of ``/v2/pals`` for the OpenAPI document."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from personas.api.pages import LEFT_OUT, PageQuery
from personas.api.schemas import SavedOut
from playground.engine.json_types import Json

LIFE_COACH: Json = {
    "pal_name": "Life Coach",
    "system_prompt": "You are a life coach. You listen, and ask one question at a time.",
    "default_face_id": "r90bbd427f71",
    "layers": {
        "llm": {
            "model": "custom_model_here",
            "api_key": "{{secret:MY_TOKEN}}",
            "base_url": "https://llm.example.com/v1",
        }
    },
}
PAL_PATCH: list[Json] = [{"op": "replace", "path": "/pal_name", "value": "Coach"}]


class PalIn(BaseModel):
    """A PAL as Tavus' pages of today write it. The older names (persona_name, default_replica_id) are taken in too."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [LIFE_COACH]})

    system_prompt: str = Field(
        max_length=200_000, description="Who the PAL is. Needed unless pipeline_mode is echo."
    )
    pal_name: str = Field("", max_length=200)
    default_face_id: str = Field(
        "", max_length=100, description="Tavus wants it; a notice says if it is missing."
    )
    layers: Json = Field(default_factory=dict, description="As of a persona.")


class PalSavedOut(BaseModel):
    pal_id: str
    pal_name: str
    created_at: str
    updated_at: str
    greenroom: SavedOut


class PalOut(BaseModel):
    """The PAL with every key and layer that it was given."""

    model_config = ConfigDict(extra="allow")

    pal_id: str
    pal_name: str
    system_prompt: str
    context: str = ""
    default_face_id: str = ""
    layers: Json = Field(default_factory=dict)
    created_at: str
    updated_at: str


class PalDataOut(BaseModel):
    """One PAL, in a list of one as Tavus gives it."""

    data: list[PalOut]


class PalListOut(PalDataOut):
    """A page of PALs, the newest first."""

    total_count: int
    left_out: int = Field(0, description=LEFT_OUT)


class PalQuery(PageQuery):
    pal_type: Literal["user", "system"] | None = Field(
        None, description="Greenroom has no PALs of Tavus' own: system finds none."
    )
