"""The demo LLM's models: the name decides what it answers and how fast."""

from collections.abc import Callable
from dataclasses import dataclass

from playground.demo_llm import pace
from playground.demo_llm.answer import Answer, limited
from playground.demo_llm.chat import ChatRequest
from playground.demo_llm.echo import ReceivedRequest, echo
from playground.demo_llm.errors import unknown_model
from playground.demo_llm.situation import situation_of
from playground.demo_llm.storyteller import reply
from playground.demo_llm.tool_results import is_tool_result, result_in_words
from playground.demo_llm.tools import calls_for, needs_place


@dataclass(frozen=True, slots=True)
class DemoModel:
    name: str
    pace: pace.Pace
    think: Callable[[ChatRequest, ReceivedRequest], Answer]

    def answer(self, request: ChatRequest, received: ReceivedRequest) -> Answer:
        return limited(self.think(request, received), request)


def _in_words(request: ChatRequest, received: ReceivedRequest) -> Answer:
    return Answer(text=result_in_words(request) if is_tool_result(request) else reply(request))


def _with_tools(request: ChatRequest, received: ReceivedRequest) -> Answer:
    if calls := calls_for(request):
        return Answer(calls=calls, finish_reason="tool_calls")
    if needs_place(request):
        now = situation_of(request)
        return Answer(text=now.say(now.phrases.tool_where))
    return _in_words(request, received)


def _echoed(request: ChatRequest, received: ReceivedRequest) -> Answer:
    return Answer(text=echo(received))


MODELS = {
    model.name: model
    for model in (
        DemoModel("demo", pace.NATURAL, _in_words),
        DemoModel("demo-slow", pace.SLOW, _in_words),
        DemoModel("demo-tools", pace.NATURAL, _with_tools),
        DemoModel("demo-echo", pace.BRISK, _echoed),
    )
}


def model_named(name: str) -> DemoModel:
    """Return the model. Raises ApiError (404, ``model_not_found``) for an unknown name."""
    model = MODELS.get(name)
    if model is None:
        raise unknown_model(name, tuple(MODELS))
    return model
