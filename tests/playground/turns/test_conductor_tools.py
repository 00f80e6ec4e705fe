"""The conductor where the model calls functions: what is told, noted and fired."""

from dataclasses import replace

from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.events import (
    EventFired,
    NoteMade,
    ToolCalled,
    TurnStatus,
)
from tests.playground.scripted_llm import DONE, TOOL_CALLS, Step, call, text
from tests.playground.turn_harness import PERSONA, plan, run_turn


class TestToolCalls:
    CALLING: list[Step] = [
        text("Let me look. "),
        call(0, id="call_1", name="get_current_weather", arguments=""),
        call(0, arguments='{"location":'),
        call(0, arguments='"Dallas"}'),
        TOOL_CALLS,
        DONE,
    ]

    def test_come_after_the_text_and_close_the_turn(self) -> None:
        turn = run_turn(self.CALLING, plan=plan())
        (called,) = turn.of(ToolCalled)
        assert called.call.as_json() == {
            "id": "call_1",
            "name": "get_current_weather",
            "arguments": '{"location":"Dallas"}',
        }
        assert turn.closed.finish_reason == "tool_calls"
        assert turn.closed.tool_calls == (called.call,)
        assert turn.closed.heard_text.strip() == "Let me look."

    def test_fire_the_event_that_jaicp_would(self) -> None:
        llm = replace(PERSONA.llm, platform="jaicp", event_name="myEvent")
        turn = run_turn(self.CALLING, plan=plan(replace(PERSONA, llm=llm)))
        assert [(event.event_name, event.tool_call_ids) for event in turn.of(EventFired)] == [
            ("myEvent", ("call_1",))
        ]

    def test_a_function_that_was_not_offered_is_noted(self) -> None:
        notes = [note.note for note in run_turn(self.CALLING, plan=plan()).of(NoteMade)]
        assert notes == ["The model called get_current_weather, a function that the persona does not offer."]

    def test_a_function_that_was_offered_is_not(self) -> None:
        llm = replace(PERSONA.llm, tools=({"function": {"name": "get_current_weather"}},))
        assert not run_turn(self.CALLING, plan=plan(replace(PERSONA, llm=llm))).of(NoteMade)

    def test_arguments_that_do_not_fit_the_schema_are_noted(self) -> None:
        schema = {"type": "object", "required": ["location", "unit"]}
        llm = replace(
            PERSONA.llm, tools=({"function": {"name": "get_current_weather", "parameters": schema}},)
        )
        turn = run_turn(self.CALLING, plan=plan(replace(PERSONA, llm=llm)))
        assert [note.note for note in turn.of(NoteMade)] == [
            'The arguments of get_current_weather do not fit its schema: "unit" is a required property'
        ]

    def test_fire_no_event_on_tavus(self) -> None:
        llm = replace(PERSONA.llm, event_name="myEvent")
        assert not run_turn(self.CALLING, plan=plan(replace(PERSONA, llm=llm))).of(EventFired)

    def test_a_call_that_was_cut_off_is_not_handed_on(self) -> None:
        turn = run_turn([*self.CALLING[:3], UpstreamError(Code.TRUNCATED, "Cut off.")], plan=plan())
        assert turn.closed.status is TurnStatus.FAILED
        assert turn.closed.tool_calls == ()
        assert not turn.of(ToolCalled)
