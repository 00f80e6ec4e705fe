"""A stored turn's request in other forms: as programs, and as what another platform would send otherwise."""

from dataclasses import dataclass

from django.conf import settings

from playground.engine.events import TurnKind
from playground.engine.header_secrets import header_secrets_of
from playground.engine.javascript_code import as_javascript
from playground.engine.json_types import Json
from playground.engine.persona import PersonaSettings
from playground.engine.platform_differences import platform_differences
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import platform_named
from playground.engine.python_code import as_python
from playground.engine.request import LLMRequest
from playground.engine.request_difference import MOST_DIFFERENCES, differences
from playground.models import Turn
from playground.storage.frozen_personas import persona_of_turn
from playground.storage.load_plan import request_of
from playground.storage.past_turns import turns_between


@dataclass(frozen=True, slots=True)
class _Sent:
    """A turn with what its request is made of."""

    turn: Turn
    persona: PersonaSettings

    def as_sent_by(self, platform: Platform) -> LLMRequest:
        conversation = self.turn.conversation
        past = turns_between(conversation.pk, 0, self.turn.position)
        return request_of(self.turn, conversation, self.persona, platform, past)[0]

    @property
    def own(self) -> Platform:
        return platform_named(self.persona.llm.platform)


def code_of(turn_id: str) -> Json:
    """Return ``{"python", "javascript"}``, programs that send the turn's request. Raises Turn.DoesNotExist."""
    sent = _sent(turn_id)
    request = sent.as_sent_by(sent.own)
    header_secrets = header_secrets_of(sent.persona.llm, sent.own)
    return {
        "python": as_python(request, site_url=settings.SITE_URL, header_secrets=header_secrets),
        "javascript": as_javascript(request, site_url=settings.SITE_URL, header_secrets=header_secrets),
    }


def differences_of(turn_id: str, platform: Platform) -> Json:
    """Return ``{"differences", "is_whole", "departures"}`` of what ``platform`` would send.

    Raises Turn.DoesNotExist.
    """
    sent = _sent(turn_id)
    between = differences(sent.as_sent_by(sent.own), sent.as_sent_by(platform))
    return {
        "differences": [difference.as_json() for difference in between[:MOST_DIFFERENCES]],
        "is_whole": len(between) <= MOST_DIFFERENCES,
        "departures": platform_differences(
            sent.persona,
            platform=platform,
            kind=TurnKind(sent.turn.kind),
            is_stand_in=sent.turn.conversation.stand_in,
        ),
    }


def _sent(turn_id: str) -> _Sent:
    turn = Turn.objects.select_related("conversation__persona_version").get(pk=turn_id)
    return _Sent(turn, persona_of_turn(turn))
