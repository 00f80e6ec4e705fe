"""What the next turn of a persona with a token secret would send."""

from django.contrib.auth.models import User

from personas.models import Persona
from playground.engine.errors.codes import Code
from playground.engine.events import TurnKind
from playground.engine.turn_plan import TurnPlan
from playground.storage.load_plan import load_plan
from playground.storage.open_turn import NewTurn, open_turn
from playground.storage.start_conversation import ConversationOptions, start_conversation
from tests.personas.making import CANARY

ELSEWHERE = "https://elsewhere.example/v1"


def plan_of(persona: Persona, owner: User, *, stand_in: bool = False, text: str = "Hello") -> TurnPlan:
    """Return what the next turn of a new conversation would send."""
    persona.refresh_from_db()
    conversation = start_conversation(persona, ConversationOptions(stand_in=stand_in), owner=owner)
    return load_plan(open_turn(conversation.pk, NewTurn(TurnKind.USER, text)))


def sent_headers(plan: TurnPlan) -> dict[str, str]:
    assert plan.call is not None, plan.refusal
    return dict(plan.call.wire.headers)


def assert_not_sent(plan: TurnPlan, code: Code = Code.SECRET_NOT_ALLOWED) -> None:
    assert plan.call is None
    assert plan.refusal is not None
    assert plan.refusal.code is code
    assert CANARY not in repr(plan)
