"""A persona's history: the list, what changed between two versions, going back, and two people who save."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from personas.models import FillerConfig, Persona, PersonaVersion, TokenSecret
from personas.saving import save_filler_config, save_persona
from personas.text_comparison import ChangeKind
from personas.versions import prompt_changes, restore, version_changes
from tests.conftest import REHEARSE, make_user, signed_in
from tests.personas.making import make_persona, make_secret

pytestmark = pytest.mark.django_db

HISTORIAN = (*REHEARSE, "personas.view_personaversion")


@pytest.fixture
def editor() -> User:
    return make_user("edith", *HISTORIAN)


@pytest.fixture
def client(editor: User) -> Client:
    return signed_in(editor)


def saved(persona: Persona, by: User | None = None, note: str = "", **changes: Any) -> PersonaVersion:
    for name, value in changes.items():
        setattr(persona, name, value)
    return save_persona(persona, by=by, note=note)


def page(client: Client, name: str, persona: Persona, **query: str | int) -> Any:
    return client.get(reverse(f"personas:{name}", args=[persona.pk]), query)


# What differs


def test_each_field_that_differs_is_named_with_both_values() -> None:
    persona = make_persona(temperature=0.5)
    first = saved(persona)
    second = saved(
        persona, model="llama3", temperature=1, headers=[["X-Folder", "f1"]], vqa={"enabled": False}
    )
    assert [(change.path, change.before, change.after) for change in version_changes(first, second)] == [
        ("llm.model", "gpt-4o", "llama3"),
        ("llm.headers", [], [["X-Folder", "f1"]]),
        ("llm.temperature", 0.5, 1),
        ("vqa", None, {"enabled": False}),
    ]


def test_versions_that_say_the_same_differ_in_nothing() -> None:
    persona = make_persona()
    assert version_changes(saved(persona), saved(persona)) == ()


def test_the_composed_prompt_is_compared_word_by_word() -> None:
    persona = make_persona(system_prompt="You tell long stories.", context="The fox.")
    first = saved(persona)
    second = saved(persona, system_prompt="You tell short stories.")
    assert [(span.kind, span.text) for span in prompt_changes(first, second)] == [
        (ChangeKind.SAME, "You tell "),
        (ChangeKind.REMOVED, "long"),
        (ChangeKind.ADDED, "short"),
        (ChangeKind.SAME, " stories.\n\nThe fox."),
    ]


# The pages


def test_the_list_says_who_saved_what_and_why(client: Client, editor: User) -> None:
    persona = make_persona()
    saved(persona, editor, "First steps")
    saved(persona, None, "Shorter answers", system_prompt="Be brief.")
    html = page(client, "versions", persona).content.decode()
    assert ">1 · First steps</a>" in html
    assert "edith" in html
    assert html.index(">2 · Shorter answers</a>") < html.index(">1 · First steps</a>")
    compared = page(client, "compare", persona, older=1, newer=2).content.decode()
    assert "<dt>Version 1 · First steps</dt>" in compared
    assert "Restore version 1 · First steps<" in compared
    assert compared.count("data-relative>") == 2
    assert " UTC by " not in compared


def test_two_versions_are_shown_beside_each_other(client: Client) -> None:
    persona = make_persona(system_prompt="Tell long stories.")
    saved(persona)
    saved(persona, system_prompt="Tell short stories.", model="llama3")
    html = page(client, "compare", persona, older=2, newer=1).content.decode()
    assert "Tell <del>long</del><ins>short</ins> stories." in html
    assert "llm.model" in html
    assert f'name="persona" value="{persona.pk}"' in html
    assert "<del>gpt-4o</del><ins>llama3</ins>" in html
    assert page(client, "compare", persona, older=1, newer="newest").context["newer"].number == 2


def test_a_version_alone_is_compared_with_the_one_before_it(client: Client) -> None:
    persona = make_persona(model="first-model")
    for model in ("first-model", "second-model", "third-model"):
        saved(persona, model=model)
    html = page(client, "compare", persona, older=2, newer=2).content.decode()
    assert "version 1 and 2" in html
    assert "<del>first</del><ins>second</ins>-model" in html
    assert (
        f"{reverse('personas:compare', args=[persona.pk])}?older=3&amp;newer=3"
        in page(client, "versions", persona).content.decode()
    )


def test_nothing_came_before_the_first_version(client: Client) -> None:
    persona = make_persona()
    saved(persona)
    assert "It is the first version" in page(client, "compare", persona, older=1, newer=1).content.decode()


@pytest.mark.parametrize(
    "query",
    [{}, {"older": "1"}, {"older": "1", "newer": "3"}, {"older": "x", "newer": "²"}, {"older": "9" * 40}],
)
def test_a_version_that_is_none_is_not_found(client: Client, query: dict[str, str]) -> None:
    persona = make_persona()
    saved(persona)
    assert page(client, "compare", persona, **query).status_code == 404


def test_markup_in_a_version_is_text(client: Client) -> None:
    persona = make_persona(persona_name="<b>Mert</b>", system_prompt="<script>1</script>")
    saved(persona, note="<i>note</i>")
    saved(persona, system_prompt="<script>2</script>", tools=[{"<img>": "<svg onload=1>"}])
    for html in (
        page(client, "versions", persona).content.decode(),
        page(client, "compare", persona, older=1, newer=2).content.decode(),
    ):
        for markup in ("<b>Mert", "<script>1", "<script>2", "<i>note", "<img>", "<svg onload"):
            assert markup not in html


def test_the_history_needs_its_own_right(user_client: Client, client: Client) -> None:
    persona = make_persona()
    saved(persona)
    assert page(user_client, "versions", persona).status_code == 403
    assert page(user_client, "compare", persona, older=1, newer=1).status_code == 403
    viewer = signed_in(make_user("vera", "personas.view_persona", "personas.view_personaversion"))
    assert page(viewer, "versions", persona).status_code == 200
    seen = page(viewer, "compare", persona, older=1, newer=1).content.decode()
    assert "Restore" not in seen
    assert ">Talk<" not in seen
    assert viewer.post(reverse("personas:restore", args=[persona.pk, 1])).status_code == 403


def test_the_history_of_an_unknown_persona_is_not_found(client: Client) -> None:
    assert client.get(reverse("personas:versions", args=["pnone"])).status_code == 404


# Going back


def test_a_version_is_restored_as_a_new_one(client: Client, editor: User) -> None:
    persona = make_persona(system_prompt="First", headers=[["X-Folder", "f1"]])
    first = saved(persona)
    saved(persona, system_prompt="Second", headers=[])
    client.post(reverse("personas:restore", args=[persona.pk, 1]))
    persona.refresh_from_db()
    newest = persona.versions.latest("number")
    assert (newest.number, newest.document, newest.note) == (3, first.document, "Version 1 restored")
    assert newest.created_by == editor
    assert (persona.version, persona.system_prompt) == (3, "First")
    assert "Restore version 1" not in page(client, "compare", persona, older=1, newer=3).content.decode()
    assert "Restore version 1" in page(client, "compare", persona, older=1, newer=2).content.decode()
    again = client.post(reverse("personas:restore", args=[persona.pk, 1]), follow=True)
    assert "as version 1 says already" in again.content.decode()
    assert persona.versions.count() == 3


def test_what_could_not_be_as_it_was_is_said(editor: User) -> None:
    secret = make_secret(hosts=("llm.example.com",))
    config = FillerConfig.objects.create(name="Hm", filler_phrase="Hm")
    persona = make_persona(token_secret=secret, filler_config=config)
    first = saved(persona)
    saved(persona, token_secret=None)
    secret.delete()
    config.filler_phrase = "Well"
    save_filler_config(config, by=None)
    persona.refresh_from_db()
    saved_again, notes = restore(first, persona, by=editor)
    restored = saved_again.version
    assert not TokenSecret.objects.exists()
    persona.refresh_from_db()
    assert persona.missing_secrets == {"token_secret": "MY_TOKEN"}
    assert restored.document["llm"]["token_secret"] == "MY_TOKEN"
    assert restored.document["filler"]["fillerPhrase"] == "Hm"
    config.refresh_from_db()
    assert config.filler_phrase == "Well"
    assert len(notes) == 2


def test_a_version_of_another_persona_is_not_restored(editor: User) -> None:
    first = saved(make_persona())
    other = make_persona(persona_name="Ann")
    saved(other)
    with pytest.raises(ValueError, match="another persona"):
        restore(first, other, by=editor)


def test_the_second_of_two_saves_can_be_told_what_changed_and_nothing_is_lost(editor: User) -> None:
    seen = saved(make_persona(system_prompt="First", model="m1"))
    mine, theirs = Persona.objects.get(), Persona.objects.get()
    between = saved(theirs, model="m2")
    after = saved(mine, editor, system_prompt="Second")
    assert [change.path for change in version_changes(seen, between)] == ["llm.model"]
    assert [version.number for version in (seen, between, after)] == [1, 2, 3]
    assert PersonaVersion.objects.get(number=2).document["llm"]["model"] == "m2"


def test_the_form_says_what_the_save_in_between_changed(client: Client) -> None:
    persona = make_persona(model="m1")
    saved(persona)
    address = reverse("personas:edit", args=[persona.pk])
    form = client.get(address).context["form"]
    typed = {name: form[name].value() for name in form.fields}
    saved(Persona.objects.get(), model="m2", context="The wolf.")
    answer = client.post(address, {name: "" if value is None else value for name, value in typed.items()})
    html = client.get(answer.headers["Location"]).content.decode()
    assert "Version 2 was saved while you edited" in html
    assert "It changed context, llm.model." in html
    assert PersonaVersion.objects.get(number=2).document["llm"]["model"] == "m2"
