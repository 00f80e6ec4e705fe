"""The files of exported conversations: one in each format, and several in an archive."""

import io
import json
import re
import zipfile

from django.contrib.auth.models import User
from django.test import Client

from playground.models import Completion, Turn
from tests.playground.rehearsals import make_conversation
from tests.playground.stored_turns import make_turn


def test_a_conversation_is_exported_in_each_format(user_client: Client, user: User) -> None:
    conversation = make_conversation(user, conversation_name="<b>Wolf</b>")
    turn = make_turn(conversation, 0, user_text="<script>alert(1)</script>", text="Hello & welcome")
    Completion.objects.create(turn=turn, request={"url": "https://x/"}, payloads=[[12, "{}"]])
    path = f"/conversations/{conversation.pk}/export/"
    exported = json.loads(user_client.get(f"{path}?format=json").content)
    assert exported["turns"][0]["text"] == "Hello & welcome"
    cassette = json.loads(user_client.get(f"{path}?format=cassette").content)
    assert cassette["completions"][0]["payloads"] == [[12, "{}"]]
    markdown = user_client.get(f"{path}?format=markdown").content.decode()
    assert "**Mert the Storyteller:** Hello & welcome" in markdown
    response = user_client.get(f"{path}?format=html")
    page = response.content.decode()
    assert response["Content-Disposition"] == f'attachment; filename="{conversation.pk}.html"'
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page
    assert "<style>" in page
    assert not re.findall(r'(?:src|href)="', page), "it loads nothing"
    assert user_client.get(f"{path}?format=x").status_code == 404


def test_markdown_strikes_through_each_unheard_paragraph(user_client: Client, user: User) -> None:
    conversation = make_conversation(user)
    text = "Once upon a time.\n\nThe end. "
    make_turn(conversation, status=Turn.Status.INTERRUPTED, text=text, heard_text="Once upon a")
    markdown = user_client.get(f"/conversations/{conversation.pk}/export/?format=markdown").content.decode()
    assert "Once upon a ~~time.~~\n\n~~The end.~~ *(not heard" in markdown


def test_an_export_is_headed_as_the_page_is(user_client: Client, user: User) -> None:
    conversation = make_conversation(user)
    make_turn(conversation, user_text="Tell me\na story")
    path = f"/conversations/{conversation.pk}/"
    for query in ("", "export/?format=html"):
        assert "<h1>“Tell me a story”</h1>" in user_client.get(path + query).content.decode()
    markdown = user_client.get(f"{path}export/?format=markdown").content.decode()
    assert markdown.startswith("# “Tell me a story”\n")


def test_several_are_exported_as_one_archive(user_client: Client, user: User, other_user: User) -> None:
    own = [make_conversation(user).pk for _ in range(2)]
    foreign = make_conversation(other_user).pk
    chosen = {"conversation": [*own, foreign], "action": "export", "format": "markdown"}
    response = user_client.post("/conversations/selected/", chosen)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response)))
    assert set(archive.namelist()) == {f"{pk}.md" for pk in own}
    single = user_client.post("/conversations/selected/", chosen | {"conversation": own[0]})
    assert single["Content-Disposition"].endswith(f'{own[0]}.md"')
