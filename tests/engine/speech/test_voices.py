"""The timing model of voices: durations, and when each word is heard."""

import itertools

import pytest

from playground.engine.events import Sentence
from playground.engine.persona import SpeechSettings
from playground.engine.speech.spoken import Spoken, spoken
from playground.engine.speech.voices import Timing, voice_of

TEXT = "The wolf knocked at the door, and nobody answered."


def spoken_text(text: str) -> Spoken:
    return spoken(Sentence(0, 0, len(text), text))


@pytest.mark.parametrize(
    ("engine", "delay_ms"), [("cartesia", 150), ("elevenlabs", 210), ("playht", 300), ("", 300)]
)
def test_each_engine_has_its_delay(engine: str, delay_ms: int) -> None:
    voice = voice_of(SpeechSettings(engine))
    assert voice.delay_ms == voice.synthesis_ms(TEXT) == delay_ms


def test_an_unknown_engine_speaks_as_the_telephony_does() -> None:
    assert voice_of(SpeechSettings("acme")) == voice_of(SpeechSettings())


@pytest.mark.parametrize(
    ("engine", "given", "speed"),
    [
        ("elevenlabs", 1.1, 1.1),
        ("elevenlabs", 3, 1.2),
        ("elevenlabs", 0.1, 0.7),
        ("elevenlabs", "fast", 1.0),
        ("elevenlabs", True, 1.0),
        ("elevenlabs", float("nan"), 1.0),
        ("cartesia", "slowest", 0.6),
        ("cartesia", "normal", 1.0),
        ("cartesia", -1, 0.6),
        ("cartesia", 0.5, 1.25),
        ("cartesia", 1.4, 1.4),
        ("cartesia", float("nan"), 1.0),
        ("cartesia", None, 1.0),
        ("playht", 2, 2.0),
        ("", 9, 2.0),
    ],
)
def test_speed_is_read_as_the_engine_reads_it(engine: str, given: object, speed: float) -> None:
    assert voice_of(SpeechSettings(engine, settings={"speed": given})).speed == pytest.approx(speed)


def test_a_faster_voice_is_heard_for_less_time() -> None:
    normal, fast = (voice_of(SpeechSettings("playht", settings={"speed": speed})) for speed in (1, 2))
    assert fast.duration_ms(TEXT) == pytest.approx(normal.duration_ms(TEXT) / 2, abs=1)


@pytest.mark.parametrize(
    ("text", "least_ms", "most_ms"),
    [
        (TEXT, 2_500, 4_500),
        ("Волк постучал в дверь, и никто не ответил.", 2_200, 4_200),
        ("狼敲了敲门，可是没有人回答。", 2_000, 4_000),
        ("オオカミがドアをノックしました。", 1_500, 3_500),
        ("늑대가 문을 두드렸다.", 1_000, 3_000),
        ("4521", 700, 1_500),
    ],
)
def test_a_sentence_takes_about_as_long_as_a_person_would(text: str, least_ms: int, most_ms: int) -> None:
    assert least_ms < voice_of(SpeechSettings()).duration_ms(text) < most_ms


def test_silence_takes_no_time() -> None:
    voice = voice_of(SpeechSettings())
    assert (voice.synthesis_ms(""), voice.duration_ms(""), voice.timing(Spoken("", ()))) == (0, 0, Timing(0))


@pytest.mark.parametrize(
    "text", [TEXT, "狼敲了敲门，可是没有人回答。", "**One** [two](https://x.y) — *three*, “four”.", "A A A"]
)
def test_words_begin_one_after_the_other_within_the_segment(text: str) -> None:
    voice = voice_of(SpeechSettings("cartesia"))
    words = spoken_text(text)
    starts = voice.timing(words).word_starts_ms
    assert len(starts) == len(words.words)
    assert starts[0] == 0
    assert all(earlier < later for earlier, later in itertools.pairwise(starts))
    assert starts[-1] < voice.duration_ms(words.text)
