"""The preview beside the form: what the next turn would send, from values that aren't saved."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from personas.forms.persona import data_of
from personas.models import FillerConfig, Persona, PersonaVersion
from personas.presets import PRESETS
from playground.engine.events import PlayoutStarted
from playground.engine.persona import FillerSettings, SpeechSettings
from playground.engine.platforms.registry import platform_named
from playground.engine.speech.schedule import SpeechSchedule
from playground.engine.speech.voices import voice_of
from tests.conftest import make_user, signed_in
from tests.personas.making import CANARY, make_secret
from tests.personas.persona_pages import stored, text_of

URL = "/personas/preview/"


def live(client: Client, persona: Persona, /, **changes: Any) -> Any:
    answer = client.post(URL, data_of(persona) | {"persona": persona.pk} | changes)
    assert answer.status_code == 200
    return answer


def request_of(answer: Any) -> Any:
    return json.loads(answer.context["preview"].request_json)


def test_the_request_is_that_of_the_unsaved_values(user_client: Client) -> None:
    persona = stored(token_secret=make_secret(), system_prompt="You tell stories.")
    request = request_of(live(user_client, persona, model="gpt-5", context="About {x}", sample_words="Hi"))
    assert request["url"] == "https://llm.example.com/v1/chat/completions"
    assert request["headers"]["Authorization"] == "Bearer MY_TOKEN"
    assert request["body"]["model"] == "gpt-5"
    assert request["body"]["messages"] == [
        {"role": "system", "content": "You tell stories.\n\nAbout {x}"},
        {"role": "user", "content": "Hi"},
    ]
    assert PersonaVersion.objects.count() == 1


@pytest.mark.parametrize(("platform", "name"), [("tavus", "base_url"), ("jaicp", "url")])
def test_no_address_is_previewed_where_none_is_typed(platform: str, name: str, user_client: Client) -> None:
    answer = live(user_client, stored(platform=platform), address=" ", preview_platform="tavus")
    assert request_of(answer)["url"] is None
    assert answer.context["preview"].curl == f"No {name} is set: the request has no address yet."


def test_each_part_of_the_prompt_says_where_it_comes_from(user_client: Client) -> None:
    persona = stored(system_prompt="One 😀", context="Two")
    answer = live(user_client, persona, conversational_context="Three")
    parts = [(part.origin, part.text) for part in answer.context["preview"].parts]
    assert parts == [("system_prompt", "One 😀"), ("context", "Two"), ("conversational_context", "Three")]


def test_the_other_platform_and_curl_are_a_choice_away(user_client: Client) -> None:
    persona = stored(token_secret=make_secret(), headers=[["X-Key", "MY_TOKEN"]])
    answer = live(user_client, persona, preview_platform="jaicp", preview_as="curl")
    page = text_of(answer)
    assert "--request POST https://llm.example.com/v1/chat/completions" in page
    assert '"${MY_TOKEN:?Set ' in page
    assert "JAICP calls a whole url" in page
    assert CANARY not in page


def test_a_history_mode_without_a_prompt_says_so(user_client: Client) -> None:
    persona = stored(platform="jaicp", system_prompt="You tell stories.", history_mode="session")
    assert "the script passes none" in text_of(live(user_client, persona))


def test_notices_and_errors_come_while_one_types(user_client: Client) -> None:
    persona = stored()
    answer = live(
        user_client, persona, parameters='{"n": 1}', tools='[{"type": 1}]', address="https://a.example"
    )
    page = text_of(answer)
    assert "n in parameters is kept but not sent" in page
    assert "Tool 1 is not of the form" in page
    counts = {
        section.text.slug: (section.fields_with_errors, section.remarks)
        for section in answer.context["sections"]
    }
    assert counts["llm"] == (0, 1)
    assert counts["tools"] == (1, 0)


def test_a_wrong_value_leaves_the_rest_of_the_preview_as_typed(user_client: Client) -> None:
    request = request_of(live(user_client, stored(tools=[]), tools="[{", model="gpt-5", temperature="warm"))
    assert request["body"]["model"] == "gpt-5"
    assert "tools" not in request["body"]


def test_a_persona_that_is_not_stored_yet_has_a_preview(admin_client: Client) -> None:
    data = data_of(Persona()) | {"model": "m", "token_secret": make_secret(value="").pk}
    answer = admin_client.post(URL, data)
    assert answer.status_code == 200
    assert "No base_url is set" in text_of(answer)


def test_tavus_sends_its_conversation_header_and_caila_the_bare_key(user_client: Client) -> None:
    persona = stored(token_secret=make_secret(), tools=[])
    assert "conversation_id" in request_of(live(user_client, persona))["headers"]
    caila = request_of(live(user_client, persona, platform="jaicp", provider="CAILA_OPEN_AI"))
    assert caila["url"] == "https://caila.io/api/adapters/openai/chat/completions"
    assert caila["headers"]["Authorization"] == "MY_TOKEN"
    assert caila["body"]["model"] == "just-ai/openai-proxy/gpt-4o"


@pytest.mark.django_db
def test_who_may_not_see_personas_sees_no_preview() -> None:
    persona = stored()
    assert signed_in(make_user("dora")).post(URL, data_of(persona)).status_code == 403


def test_an_unknown_persona_is_not_found(user_client: Client) -> None:
    assert user_client.post(URL, {"persona": "p000"}).status_code == 404
    assert reverse("personas:preview") == URL


def test_presets_stand_for_both_platforms() -> None:
    addresses = {preset.slug: platform_named("jaicp").address_of(preset.base_url) for preset in PRESETS}
    assert addresses["openai"] == "https://api.openai.com/v1/chat/completions"
    assert addresses["demo"] == "/demo/v1/chat/completions"
    assert all(preset.key for preset in PRESETS)


# Fillers


def filler_preview(client: Client, **changes: Any) -> Any:
    data = {"name": "Hm", "filler_phrase": "Hm", "filler_phrases_list": "", "activation_delay_ms": "1000"}
    return client.post(reverse("fillers:preview"), data | changes)


def test_the_filler_picture_is_that_of_the_unsaved_values(user_client: Client) -> None:
    answer = filler_preview(user_client, first_sentence_ms="3000")
    assert "The filler is said at 1,000 ms" in text_of(answer)
    picture = answer.context["picture"]
    assert [box.kind for box in picture.boxes] == ["waiting", "dead-air", "filler", "dead-air", "speech"]
    assert not FillerConfig.objects.exists()


def test_phrases_of_both_fields_have_their_share(user_client: Client) -> None:
    picture = filler_preview(user_client, filler_phrases_list="Hm\nOne moment\nWell").context["picture"]
    assert [(share.phrase, share.percent) for share in picture.shares] == [
        ("Hm", 50),
        ("One moment", 25),
        ("Well", 25),
    ]
    assert picture.phrase == "One moment"


@pytest.mark.parametrize("phrase", ['One moment <break time="2s"/> please', "**Hm** 🎉", "Hm"])
def test_a_phrase_is_as_long_in_the_picture_as_in_a_rehearsal(phrase: str, user_client: Client) -> None:
    heard = SpeechSchedule(
        voice_of(SpeechSettings()), filler=FillerSettings((phrase,), 1_000), pick=lambda _: 0
    )
    (rehearsed,) = [event for event in heard.advance(1_000) if isinstance(event, PlayoutStarted)]

    picture = filler_preview(user_client, filler_phrase=phrase, first_sentence_ms="9000").context["picture"]

    assert picture.timing.filler_starts_ms == rehearsed.segment.starts_ms
    assert picture.timing.filler_ends_ms == rehearsed.segment.ends_ms


@pytest.mark.parametrize("delay", ["-1", "0", "499", "1e12", "NaN", "", "60001"])
def test_no_delay_breaks_the_picture(delay: str, user_client: Client) -> None:
    for first_sentence_ms in ("0", "-1", "NaN", "9" * 30, ""):
        answer = filler_preview(user_client, activation_delay_ms=delay, first_sentence_ms=first_sentence_ms)
        assert answer.status_code == 200


def test_without_a_phrase_the_picture_shows_the_silence(user_client: Client) -> None:
    answer = filler_preview(user_client, filler_phrase=" ", first_sentence_ms="3000")
    assert "No phrase is given" in text_of(answer)


def test_markup_in_a_phrase_is_text(user: User, user_client: Client) -> None:
    answer = filler_preview(user_client, filler_phrase="<script>alert(1)</script>", first_sentence_ms="3000")
    assert b"<script>alert" not in answer.content
