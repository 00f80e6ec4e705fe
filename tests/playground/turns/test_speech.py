"""What a turn says of its own speech: code that is heard, tags that the voice reads or says, and what a break costs."""

from dataclasses import replace

import pytest

from playground.engine.events import NoteMade, PlayoutStarted, SentenceCompleted, TurnKind, TurnStatus
from playground.engine.persona import SpeechSettings
from playground.engine.speech.markup import FORMULA_HEARD
from playground.engine.speech.spoken import CODE_HEARD, JSON_HEARD
from playground.engine.speech.voices import voice_of
from tests.playground.scripted_llm import END, text
from tests.playground.turn_harness import PERSONA, TurnResult, plan, run_turn, starts

VOICE = voice_of(PERSONA.speech)
CODE = "```py\nprint(1)\nprint(2)\n```"
BREAK = 'Wait for it <break time="2s"/> here it is.'


def answered(answer: str, engine: str = "cartesia", model: str = "") -> TurnResult:
    persona = replace(PERSONA, speech=SpeechSettings(engine, model=model))
    return run_turn([text(answer), END], plan=plan(persona))


def notes(turn: TurnResult) -> list[str]:
    return [event.note for event in turn.of(NoteMade)]


def test_code_is_heard_and_noted_once() -> None:
    turn = answered(f"So:\n{CODE}\nAnd:\n{CODE}")
    assert [segment.text for segment in turn.played] == [
        "So:",
        "print(1) print(2)",
        "And:",
        "print(1) print(2)",
    ]
    assert notes(turn).count(CODE_HEARD) == 1
    assert turn.closed.spoken_text == "So: print(1) print(2) And: print(1) print(2)"


def test_json_is_heard_as_long_as_its_text_takes() -> None:
    answer = '{"name": "get_weather", "parameters": {"city": "Paris"}}'
    turn = answered(answer)
    (segment,) = turn.played
    assert segment.ends_ms - segment.starts_ms == VOICE.duration_ms(answer)
    assert JSON_HEARD in notes(turn)
    assert turn.closed.heard_text == answer


def test_a_caller_who_interrupts_code_has_heard_its_words_up_to_there() -> None:
    long = "```py\n" + "first(1)\nsecond(2)\nthird(3)\n" * 9 + "```"
    turn = run_turn([text(f"So:\n{long}"), END], plan=plan(), interrupt_at_s=3.0)
    assert turn.closed.status is TurnStatus.INTERRUPTED
    (segment,) = [event.segment for event in turn.of(PlayoutStarted) if "first" in event.segment.text]
    begun = max(word.end for word in segment.words if word.at_ms <= 3_000)
    assert turn.closed.heard_text == turn.closed.text[:begun]
    assert len("So:\n```py\nfirst(1)") <= begun < len(turn.closed.text)


def test_code_that_was_never_reached_is_not_said_to_be_heard() -> None:
    answer = f"A first sentence that takes its time to be said.\n{CODE}"
    turn = run_turn([text(answer), END], plan=plan(), interrupt_when=starts("A first"))
    assert CODE_HEARD not in notes(turn)


def test_a_formula_is_noted_once() -> None:
    turn = answered("So $a = b$. And $b = c$.")
    assert turn.closed.spoken_text == "So a = b. And b = c."
    assert notes(turn).count(FORMULA_HEARD) == 1


def test_a_break_is_silence_and_dead_air() -> None:
    turn = answered(BREAK)
    (segment,) = turn.played
    assert segment.text == "Wait for it here it is."
    assert [end - start for start, end in segment.pauses_ms] == [2_000]
    assert turn.closed.timings.dead_air == segment.starts_ms + 2_000
    assert turn.closed.heard_text == BREAK
    assert not [note for note in notes(turn) if "break" in note]


def test_a_caller_who_interrupts_a_break_has_heard_what_came_before_it() -> None:
    before_s = (VOICE.synthesis_ms(BREAK) + VOICE.duration_ms("Wait for it") + 1_000) / 1_000
    turn = run_turn([text(BREAK), END], plan=plan(), interrupt_at_s=before_s)
    assert turn.closed.heard_text == "Wait for it"


def test_a_tag_that_the_voice_does_not_read_is_said_and_noted_once() -> None:
    turn = answered(f"{BREAK} {BREAK}", "elevenlabs", "eleven_v3")
    assert all("break time" in event.spoken for event in turn.of(SentenceCompleted))
    (note,) = [note for note in notes(turn) if "<break>" in note]
    assert "elevenlabs eleven_v3" in note


@pytest.mark.parametrize("kind", [TurnKind.ECHO, TurnKind.GREETING])
def test_what_is_said_without_the_llm_is_said_in_the_same_way(kind: TurnKind) -> None:
    turn = run_turn(plan=plan(kind=kind, call=None, text=BREAK))
    assert [segment.text for segment in turn.played] == ["Wait for it here it is."]


@pytest.mark.parametrize("cut", [1, 3, 7])
def test_it_is_the_same_however_the_answer_arrives(cut: int) -> None:
    answer = f"It is 5*3*2, **really. So** $a = b$. {BREAK}\n{CODE}\n[1]: https://example.org"
    pieces = [text(answer[at : at + cut]) for at in range(0, len(answer), cut)]
    whole, cut_up = answered(answer), run_turn([*pieces, END], plan=plan())
    assert cut_up.closed.spoken_text == whole.closed.spoken_text
    assert [note for note in notes(cut_up) if "aloud" in note] == [
        note for note in notes(whole) if "aloud" in note
    ]
