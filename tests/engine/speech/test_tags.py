"""Speech tags: silent if the voice reads them, and then they change its times; spoken as text if it doesn't."""

import itertools

import pytest

from playground.engine.events import Sentence
from playground.engine.persona import SpeechSettings
from playground.engine.persona_document import read_persona
from playground.engine.speech.spoken import Pause, Spoken, spoken
from playground.engine.speech.tags import SOUND_MS, tags_of
from playground.engine.speech.voices import voice_of


def spoken_text(text: str, engine: str = "", model: str = "") -> Spoken:
    return spoken(Sentence(0, 0, len(text), text), tags_of(SpeechSettings(engine, model=model)))


BREAK = 'It rains <break time="0.5s" /> today.'


@pytest.mark.parametrize(
    ("engine", "model"),
    [
        ("cartesia", ""),
        ("Cartesia", "sonic-2"),
        ("elevenlabs", ""),
        ("elevenlabs", "eleven_multilingual_v2"),
        ("azure", ""),
        ("", ""),
        ("acme", ""),
    ],
)
def test_a_break_that_the_voice_reads_is_silence_and_no_letters(engine: str, model: str) -> None:
    assert spoken_text(BREAK, engine, model).text == "It rains today."
    assert spoken_text(BREAK, engine, model).pauses == (Pause(len("It rains"), 500),)
    assert spoken_text(BREAK, engine, model).notes == ()


@pytest.mark.parametrize(("engine", "model"), [("playht", ""), ("elevenlabs", "eleven_v3")])
def test_an_unread_break_is_spoken_and_the_note_names_engines_that_read_it(engine: str, model: str) -> None:
    utterance = spoken_text(BREAK, engine, model)
    assert (utterance.text, utterance.pauses) == (BREAK, ())
    (note,) = utterance.notes
    assert note.startswith(f"<break> was read aloud as text: this voice ({f'{engine} {model}'.strip()})")
    assert "Cartesia, ElevenLabs before v3, JAICP's telephony and Azure would." in note


@pytest.mark.parametrize(
    ("tag", "ms"),
    [
        ('<break time="1s"/>', 1_000),
        ("<break time='250ms'>", 250),
        ("<BREAK TIME=.5s />", 500),
        ('<break strength="strong"/>', 1_000),
        ('<break strength="none"/>', 0),
        ("<break/>", 750),
        ('<break time="soon"/>', 750),
        ('<break time="9000s"/>', 10_000),
    ],
)
def test_a_break_is_as_long_as_it_says(tag: str, ms: int) -> None:
    assert [pause.ms for pause in spoken_text(f"Well {tag} yes.").pauses] == [ms]


@pytest.mark.parametrize(("engine", "ms"), [("elevenlabs", 3_000), ("azure", 20_000), ("cartesia", 10_000)])
def test_a_break_is_no_longer_than_the_engine_makes_it(engine: str, ms: int) -> None:
    assert spoken_text('A <break time="60s"/> b', engine).pauses[0].ms == ms


@pytest.mark.parametrize("raw", ["One.<break time='1s'/>Two.", "One. <break time='1s'/> Two."])
def test_a_break_separates_words_and_belongs_to_the_one_behind_it(raw: str) -> None:
    utterance = spoken_text(raw, "cartesia")
    assert utterance.text == "One. Two."
    assert [raw[word.start : word.end] for word in utterance.words] == ["One.", raw[4:].lstrip()]


@pytest.mark.parametrize(
    ("raw", "engine", "text"),
    [
        ('<emotion value="angry"/> No!', "cartesia", "No!"),
        ('<volume ratio="0.5"/>Hush.', "cartesia", "Hush."),
        ("<speak>Hello <emphasis>you</emphasis>.</speak>", "azure", "Hello you."),
        ('<phoneme alphabet="ipa" ph="x">Nice</phoneme> one', "", "Nice one"),
        ('The <sub alias="World Wide Web">WWW</sub> is.', "azure", "The World Wide Web is."),
        ("H<sub>2</sub>O is.", "azure", "H2O is."),
        ("H<sub>2</sub>O is.", "playht", "H2O is."),
    ],
)
def test_other_tags_that_the_voice_reads_are_silent(raw: str, engine: str, text: str) -> None:
    assert (spoken_text(raw, engine).text, spoken_text(raw, engine).notes) == (text, ())


@pytest.mark.parametrize(
    ("raw", "engine", "model", "readers"),
    [
        ('<emotion value="sad"/> No.', "cartesia", "sonic-2", "Cartesia's sonic-3"),
        ("<flush/> Yes.", "cartesia", "", "Vapi"),
        ("<speak>Yes.", "cartesia", "", "JAICP's telephony and Azure"),
        ("Yes [laughs] so.", "elevenlabs", "", "ElevenLabs' v3"),
        ("Yes [laughter] so.", "", "", "Cartesia's sonic-3 and ElevenLabs' v3"),
        ('<phoneme ph="x">Yes</phoneme>', "elevenlabs", "eleven_flash_v2_5", "Flash v2, Turbo v2 and English v1"),
        ("<spell>AB</spell>", "elevenlabs", "", "Cartesia"),
    ],
)  # fmt: skip
def test_tags_that_it_does_not_read_are_text(raw: str, engine: str, model: str, readers: str) -> None:
    utterance = spoken_text(raw, engine, model)
    assert utterance.text == raw
    assert len(utterance.notes) == 1
    assert readers in utterance.notes[0]


@pytest.mark.parametrize("raw", ["[citation needed] so", "[laughs](https://example.org)", "<laugh> so"])
def test_what_no_voice_reads_is_no_speech_tag(raw: str) -> None:
    assert spoken_text(raw, "elevenlabs", "eleven_v3").notes == ()


def test_the_model_is_the_one_that_the_tts_layer_names() -> None:
    document = {
        "persona_name": "Mert",
        "llm": {"platform": "tavus"},
        "tts": {"tts_engine": "elevenlabs", "tts_model_name": "eleven_v3"},
    }
    speech = read_persona("p1", document).speech
    assert tags_of(speech).support("[laughs]") is not None
    assert tags_of(speech).support("break") is None


class TestTime:
    VOICE = voice_of(SpeechSettings("cartesia"))

    def test_words_behind_a_break_begin_later(self) -> None:
        plain, broken = spoken_text("It rains today."), spoken_text(BREAK)
        before, after = self.VOICE.timing(plain), self.VOICE.timing(broken)
        assert after.word_starts_ms[:2] == before.word_starts_ms[:2]
        assert after.word_starts_ms[2] == before.word_starts_ms[2] + 500
        assert after.duration_ms == before.duration_ms + 500
        ((start_ms, end_ms),) = after.pauses_ms
        assert (end_ms - start_ms, after.word_starts_ms[1] < start_ms) == (500, True)

    def test_a_laugh_takes_time_and_is_no_silence(self) -> None:
        timing = self.VOICE.timing(spoken_text("[laughs] Well.", "elevenlabs", "eleven_v3"))
        assert timing.word_starts_ms == (SOUND_MS,)
        assert timing.pauses_ms == ()

    def test_a_pause_by_name_is_silence(self) -> None:
        timing = self.VOICE.timing(spoken_text("So [short pause] well.", "elevenlabs", "eleven_v3"))
        assert [end - start for start, end in timing.pauses_ms] == [500]

    def test_spelled_text_takes_longer(self) -> None:
        spelled, plain = spoken_text("<spell>ABCDE</spell>", "cartesia"), spoken_text("ABCDE")
        assert spelled.text == plain.text
        assert self.VOICE.timing(spelled).duration_ms > 2 * self.VOICE.timing(plain).duration_ms
        spelled_by_ssml = spoken_text('<say-as interpret-as="characters">ABCDE</say-as>')
        assert self.VOICE.timing(spelled_by_ssml) == self.VOICE.timing(spelled)

    @pytest.mark.parametrize(
        ("raw", "engine", "factor"),
        [
            ('<speed ratio="1.5"/>One two three.', "cartesia", 1.5),
            ('<speed ratio="9"/>One two three.', "cartesia", 1.5),
            ('<prosody rate="slow">One two three.</prosody>', "azure", 0.64),
            ('<prosody rate="+20%">One two three.</prosody>', "azure", 1.2),
            ('<prosody rate="80%">One two three.</prosody>', "azure", 0.8),
            ('<prosody pitch="high">One two three.</prosody>', "azure", 1.0),
        ],
    )
    def test_a_pace_holds_for_what_it_encloses(self, raw: str, engine: str, factor: float) -> None:
        plain = self.VOICE.timing(spoken_text("One two three.")).duration_ms
        assert self.VOICE.timing(spoken_text(raw, engine)).duration_ms == pytest.approx(plain / factor, abs=1)

    def test_a_pace_ends_with_its_tag(self) -> None:
        slow = self.VOICE.timing(spoken_text('<prosody rate="0.5">One</prosody> two three.', "azure"))
        plain = self.VOICE.timing(spoken_text("One two three."))
        gaps = [b - a for a, b in itertools.pairwise(slow.word_starts_ms)]
        plain_gaps = [b - a for a, b in itertools.pairwise(plain.word_starts_ms)]
        assert gaps[0] > plain_gaps[0]
        assert gaps[1] == pytest.approx(plain_gaps[1], abs=1)
