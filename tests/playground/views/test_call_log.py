"""The call log's page: pages by keys, filters, orders, search, and what can be done with what was selected."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from personas.models import PersonaVersion
from personas.tidying import UNDO
from playground.models import Callback, Conversation, ConversationSummary, ConversationTag, Turn
from playground.storage import find_words
from playground.storage.listed_conversations import ON_A_PAGE, SORTS
from tests.conftest import make_user, signed_in
from tests.playground.rehearsals import DOCUMENT, make_conversation
from tests.playground.stored_turns import make_turn

LOG_QUERIES = 14
"""Session, user, its permissions and the groups'; the page's keys and its rows, strips and tags; personas, versions,
tags and deleted ones for the filters, and what was said."""


@pytest.fixture
def user_client(user: User) -> Client:
    """Alice's, who may delete conversations too."""
    user.user_permissions.add(Permission.objects.get(codename="delete_conversation"))
    return signed_in(user)


def ids_on(client: Client, query: str = "") -> list[str]:
    """Return the conversations on a page, in order."""
    return ids_in(page_of(client, query))


def page_of(client: Client, query: str) -> str:
    response = client.get(f"/conversations/{query}")
    assert response.status_code == 200
    return response.content.decode()


def ids_in(page: str) -> list[str]:
    return re.findall(r'name="conversation" value="(c[0-9a-f]+)" form=', page)


def link_in(page: str, relation: str) -> str:
    address = re.search(rf'href="([^"]+)" rel="{relation}"', page)
    return unescape(address.group(1)) if address else ""


def test_pages_go_on_by_keys_in_every_order_both_ways(user_client: Client, user: User) -> None:
    for number in range(2 * ON_A_PAGE + 5):
        conversation = make_conversation(user)
        if number % 2:
            make_turn(conversation, first_audio_ms=number % 3 * 100)
    for sort in SORTS:
        query, pages = f"?sort={sort.name}", []
        while query:
            pages.append(page_of(user_client, query))
            query = link_in(pages[-1], "next")
        shown = [ids_in(page) for page in pages]
        assert [len(each) for each in shown] == [ON_A_PAGE, ON_A_PAGE, 5], sort.name
        assert len({pk for each in shown for pk in each}) == 2 * ON_A_PAGE + 5, sort.name
        assert ids_on(user_client, link_in(pages[2], "prev")) == shown[1], sort.name


@pytest.mark.parametrize("after", ["x", "~", "1~x", "2020-01-01~c1", "9999-99-99T00:00~c1"])
def test_a_place_that_cannot_be_read_is_the_first_page(user_client: Client, user: User, after: str) -> None:
    conversation = make_conversation(user)
    response = user_client.get("/conversations/", {"after": after})
    assert conversation.pk in response.content.decode()


def test_orders_put_the_worst_first(user_client: Client, user: User) -> None:
    quick, slow, unheard = (make_conversation(user) for _ in range(3))
    make_turn(quick, first_audio_ms=100)
    make_turn(slow, 0, first_audio_ms=900)
    make_turn(slow, 1, status=Turn.Status.FAILED, error={"code": "stalled", "message": ""})
    for name in ("first-audio", "dead-air", "silence", "turns", "errors"):
        assert ids_on(user_client, f"?sort={name}")[0] == slow.pk, name
    assert ids_on(user_client, "?sort=first-audio")[-1] == unheard.pk


def test_an_open_turn_counts_too(user_client: Client, user: User) -> None:
    conversation = make_conversation(user)
    cell = '<td class="number" data-label="Turns">{}</td>'
    make_turn(conversation, status=Turn.Status.STREAMING)
    page = user_client.get("/conversations/").content.decode()
    assert cell.format(1) in page
    assert "● talking" in page


def test_filters_find_what_they_name(user_client: Client, user: User, other_user: User) -> None:
    plain = make_conversation(user)
    jaicp = make_conversation(user, document=DOCUMENT | {"llm": DOCUMENT["llm"] | {"platform": "jaicp"}})
    busy = make_conversation(user, is_kept=True)
    call = {"id": "k", "name": "weather", "arguments": "{}", "valid": True}
    make_turn(busy, 0, first_audio_ms=1_500, timeline={"tool_calls": [call]})
    make_turn(busy, 1, status=Turn.Status.FAILED, error={"code": "stalled", "message": ""})
    make_turn(busy, 2, status=Turn.Status.INTERRUPTED)
    ConversationTag.objects.create(conversation=busy, owner=user, name="night shift")
    make_turn(make_conversation(other_user), status=Turn.Status.FAILED)
    old = make_conversation(user)
    long_ago = timezone.now() - timedelta(days=90)
    ConversationSummary.objects.filter(pk=old.pk).update(created_at=long_ago)
    for query in ("?failed=1", "?interrupted=1", "?tools=1", "?kept=1", "?slower=1500", "?tag=night%20shift"):
        assert ids_on(user_client, query) == [busy.pk], query
    assert ids_on(user_client, "?slower=1501") == []
    assert ids_on(user_client, "?platform=jaicp") == [jaicp.pk]
    number = PersonaVersion.objects.get(conversations=plain).number
    assert ids_on(user_client, f"?persona=p000000000001&version={number}") == [plain.pk]
    assert ids_on(user_client, f"?until={long_ago.date()}") == [old.pk]
    assert len(ids_on(user_client, "?until=9999-12-31")) == len(ids_on(user_client, ""))
    assert ids_on(user_client, f"?since={long_ago.date()}&until={long_ago.date()}") == [old.pk]
    assert old.pk not in ids_on(user_client, f"?since={timezone.now().date()}")
    page = user_client.get("/conversations/?failed=1&tools=1&platform=jaicp").content.decode()
    assert "No conversation fits" in page


@pytest.mark.parametrize(
    "query", ["?slower=x", "?version=-1", "?since=2020-13-01", "?talked=x", f"?q={'x' * 300}"]
)
def test_a_filter_that_cannot_be_read_filters_nothing(user_client: Client, user: User, query: str) -> None:
    conversation = make_conversation(user)
    assert ids_on(user_client, query) == [conversation.pk]


def test_search_finds_words_of_either_side_ids_codes_and_names(
    user_client: Client, user: User, other_user: User
) -> None:
    conversation = make_conversation(user)
    turn = make_turn(
        conversation, 0, user_text="Where is the Wolf?", text='He went to "Grandma\'s" house. Привет!'
    )
    failed = make_conversation(user, conversation_name="Night of 50%")
    make_turn(failed, 0, status=Turn.Status.FAILED, error={"code": "stalled", "message": ""})
    make_turn(make_conversation(other_user), 0, text="Another wolf, another house")
    for words in ("the wolf", "HOUSE", '"Grandma\'s"', "ПРИВЕТ", "he", turn.pk, conversation.pk):
        assert ids_on(user_client, f"?{urlencoded(words)}") == [conversation.pk], words
    for words in ("stalled", "50%", "night of"):
        assert ids_on(user_client, f"?{urlencoded(words)}") == [failed.pk], words
    for words in ("nowhere", "%", "wolf OR house", "_ight"):
        assert ids_on(user_client, f"?{urlencoded(words)}") in ([], [failed.pk] if words == "%" else []), (
            words
        )


def test_search_shows_what_was_said_around_the_words(user_client: Client, user: User) -> None:
    said = make_conversation(user)
    make_turn(said, 0, user_text="A wolf <b>came</b>", text="ПРИВЕТ!")
    make_turn(said, 1, text="The <i>Wolf</i> left")
    named = make_conversation(user, conversation_name="Wolf")
    page = page_of(user_client, "?q=wolf")
    assert page.count("<mark>") == 1
    assert "The &lt;i&gt;<mark>Wolf</mark>&lt;/i&gt; left</p>" in page
    assert set(ids_in(page)) == {said.pk, named.pk}
    assert "A wolf &lt;b&gt;came&lt;/b&gt; / <mark>ПРИВЕТ</mark>!" in page_of(
        user_client, f"?{urlencoded('привет')}"
    )
    make_turn(said, 2, status=Turn.Status.STREAMING, user_text="Is it WARM?", text="Yes, it")
    assert "Is it <mark>WARM</mark>? / Yes, it</p>" in page_of(user_client, "?q=warm")
    assert "<mark>" not in page_of(user_client, f"?q={said.pk}")
    assert "<mark>" not in page_of(user_client, "")


def urlencoded(words: str) -> str:
    from urllib.parse import urlencode

    return urlencode({"q": words})


def test_an_answer_that_changed_is_found_by_its_new_words(user_client: Client, user: User) -> None:
    conversation = make_conversation(user)
    make_turn(conversation, 0, text="A fairy tale")
    conversation.waits.update(text="A ghost story")
    assert ids_on(user_client, "?q=ghost") == [conversation.pk]
    assert ids_on(user_client, "?q=fairy") == []
    conversation.waits.all().delete()
    assert ids_on(user_client, "?q=ghost") == []


def test_a_search_that_looks_at_the_newest_alone_says_so(
    user_client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        make_turn(make_conversation(user), 0, text="A wolf")
    monkeypatch.setattr(find_words, "MOST_FOUND", 2)
    assert "only the newest 2" in user_client.get("/conversations/?q=wolf").content.decode()
    monkeypatch.setattr(find_words, "SEARCHED_WITHOUT_INDEX", 2)
    monkeypatch.setattr(find_words, "has_text_index", lambda _vendor: False)
    page = user_client.get("/conversations/?q=wolf").content.decode()
    assert "has no index" in page
    assert len(ids_on(user_client, "?q=wolf")) == 2


def test_the_log_takes_as_many_queries_however_many_rows_and_filters(user_client: Client, user: User) -> None:
    def queries(query: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            user_client.get(f"/conversations/{query}")
        return len(captured)

    make_turn(make_conversation(user), 0, text="wolf")
    user_client.get("/conversations/?q=wolf")  # whether there is an index is asked once
    few = queries("")
    assert few <= LOG_QUERIES
    for _ in range(ON_A_PAGE + 5):
        make_turn(make_conversation(user), 0, text="wolf")
    assert queries("") == queries("?failed=1&interrupted=1&tools=1&slower=1") + 3 == few
    assert queries("?q=wolf") <= few + 7


def test_a_page_is_found_by_an_index_and_not_sorted(user_client: Client, user: User) -> None:
    make_turn(make_conversation(user), 0)
    persona = "?persona=p000000000001"
    rare = dict.fromkeys(("?slower=60000", "?platform=jaicp", "?version=7", "?talked=day"), "created_at")
    rare[f"{persona}&talked=week"] = "persona"
    for query in (
        "",
        *(f"?sort={sort.name}" for sort in SORTS),
        "?failed=1",
        "?tools=1",
        persona,
        *rare,
    ):
        with CaptureQueriesContext(connection) as captured:
            user_client.get(f"/conversations/{query}")
        keys = next(each["sql"] for each in captured.captured_queries if "ORDER BY 1" in each["sql"])
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {keys}")
            plan = [row[3] for row in cursor.fetchall()]
        assert not [step for step in plan if "TEMP B-TREE FOR ORDER BY" in step or step.startswith("SCAN")], (
            plan
        )
        if query in rare:  # what few rows have is found without reading the others
            assert f"USING COVERING INDEX summary_by_{rare[query]} " in plan[0]


def test_htmx_gets_the_table_alone(user_client: Client, user: User) -> None:
    conversation = make_conversation(user)
    query = {"q": "", "platform": "", "sort": "newest"}
    response = user_client.get("/conversations/", query, headers={"HX-Request": "true"})
    page = response.content.decode()
    assert conversation.pk in page
    assert "<html" not in page
    assert "HX-Request" in response["Vary"]
    assert response["HX-Replace-Url"] == "/conversations/?sort=newest"
    assert 'name="back" value="/conversations/?sort=newest" form="selection"' in page


def test_a_name_and_tags_are_given_in_the_row_or_on_a_page(user_client: Client, user: User) -> None:
    conversation = make_conversation(user)
    path = f"/conversations/{conversation.pk}/name/"
    row = {"HX-Request": "true"}
    assert 'hx-post="' in user_client.get(path, headers=row).content.decode()
    given = {"conversation_name": "Anna", "tags": "night, shift,night , "}
    answer = user_client.post(path, given, headers=row).content.decode()
    assert "Anna" in answer
    assert "<form" not in answer
    assert list(conversation.tags.values_list("name", flat=True)) == ["night", "shift"]
    assert "Rename" in user_client.get(f"{path}?as=row", headers=row).content.decode()
    user_client.post(path, {"conversation_name": "", "tags": "shift"})
    conversation.refresh_from_db()
    assert conversation.conversation_name == ""
    assert list(conversation.tags.values_list("name", flat=True)) == ["shift"]
    for tags in ("x" * 41, ",".join(map(str, range(21)))):
        assert user_client.post(path, {"tags": tags}).status_code == 422


def test_tags_are_added_to_all_that_were_selected(user_client: Client, user: User, other_user: User) -> None:
    own = [make_conversation(user) for _ in range(2)]
    foreign = make_conversation(other_user)
    selected = {"conversation": [each.pk for each in [*own, foreign]], "action": "tag", "tag": "night"}
    for _ in range(2):
        assert user_client.post("/conversations/selected/", selected).status_code == 302
    assert set(ConversationTag.objects.values_list("conversation", "name")) == {
        (each.pk, "night") for each in own
    }


def test_the_selected_are_deleted_and_brought_back(user_client: Client, user: User) -> None:
    own = [make_conversation(user).pk for _ in range(3)]
    user_client.post("/conversations/selected/", {"conversation": own[:2], "action": "delete"})
    assert ids_on(user_client) == own[2:]
    page = user_client.get("/conversations/").content.decode()
    assert "2 conversations deleted" in page
    user_client.post("/conversations/undo/", {"conversation": own[:2]})
    assert set(ids_on(user_client)) == set(own)
    user_client.post(f"/conversations/{own[0]}/delete/")
    Conversation.objects.filter(pk=own[0]).update(purge_at=timezone.now() - UNDO)
    response = user_client.post("/conversations/undo/", {"conversation": own[0]}, follow=True)
    assert "Too late" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_an_end_asks_once_what_it_tells_whom(user_client: Client, user: User) -> None:
    receiver = "https://receiver.example/"
    telling = make_conversation(user, callback_url=receiver, sends_callbacks=True)
    silent = make_conversation(user)
    ended = make_conversation(user, status=Conversation.Status.ENDED)
    selected = {"conversation": [telling.pk, silent.pk, ended.pk], "action": "end"}
    selected |= {"back": "/conversations/?failed=1"}
    question = user_client.post("/conversations/selected/", selected).content.decode()
    assert receiver in question
    assert "End 2 conversations?" in question
    assert ended.pk not in question
    assert 'href="/conversations/?failed=1">Cancel' in question
    foreign = user_client.post("/conversations/selected/", selected | {"back": "//evil.example/"})
    assert 'href="/conversations/">Cancel' in foreign.content.decode()
    assert Conversation.objects.filter(status="active").count() == 2
    user_client.post("/conversations/selected/", selected | {"confirmed": "1"})
    assert Conversation.objects.filter(status="active").count() == 0


@pytest.mark.django_db(transaction=True)
def test_one_conversation_with_a_receiver_is_asked_for_too(user_client: Client, user: User) -> None:
    conversation = make_conversation(user, callback_url="https://receiver.example/", sends_callbacks=True)
    path = f"/conversations/{conversation.pk}/end/"
    assert "https://receiver.example/" in user_client.post(path).content.decode()
    user_client.post(path, {"confirmed": "1"})
    conversation.refresh_from_db()
    assert conversation.status == Conversation.Status.ENDED
    assert Callback.objects.count() == 0, "callbacks are off in the tests"


@pytest.mark.django_db(transaction=True)
def test_who_is_asked_sees_which_conversations_these_are(user_client: Client, user: User) -> None:
    nameless, silent = make_conversation(user), make_conversation(user)
    make_turn(nameless, user_text="Where is my parcel?")
    named = make_conversation(user, conversation_name="Parcel")
    selected = {"conversation": [nameless.pk, silent.pk, named.pk], "action": "end"}
    question = user_client.post("/conversations/selected/", selected).content.decode()
    assert "“Where is my parcel?” <" in question
    assert "<li>Nothing said <" in question
    assert "<li>Parcel <" in question
    assert question.count(f"with {DOCUMENT['persona_name']}, <time") == 3
    renaming = user_client.get(f"/conversations/{nameless.pk}/name/").content.decode()
    assert "of “Where is my parcel?” <" in renaming


def test_a_kept_conversation_says_so(user_client: Client, user: User) -> None:
    conversation = make_conversation(user)
    user_client.post(
        f"/conversations/{conversation.pk}/keep/", {"keep": "1", "back": "/conversations/?kept=1"}
    )
    assert ids_on(user_client, "?kept=1") == [conversation.pk]
    badge = '<span class="badge">kept</span>'
    own_page = f"/conversations/{conversation.pk}/"
    assert badge in user_client.get(own_page).content.decode()
    response = user_client.post(f"/conversations/{conversation.pk}/keep/", {"back": "//evil.example/"})
    assert response["Location"] == "/conversations/"
    assert ids_on(user_client, "?kept=1") == []
    assert badge not in user_client.get(own_page).content.decode()


def test_a_conversation_is_headed_as_its_row_names_it(user_client: Client, user: User) -> None:
    conversation = make_conversation(user)
    own_page = f"/conversations/{conversation.pk}/"

    def names() -> set[str]:
        heading = re.search("<h1>(.*)</h1>", user_client.get(own_page).content.decode())
        link = re.search(f'<a href="{own_page}">(.*?)</a>', page_of(user_client, ""))
        assert heading and link
        return {heading[1], link[1]}

    assert names() == {"Nothing said"}
    make_turn(conversation, 0, text="Hello!")
    make_turn(conversation, 1, user_text="<Where> " + "is she? " * 20)
    assert names() == {f"“{'&lt;Where&gt; ' + ('is she? ' * 20)[:51]}…”"}
    Conversation.objects.update(conversation_name="Anna")
    assert names() == {"Anna"}


def test_retention_is_said_on_the_pages(user_client: Client, user: User, settings: Settings) -> None:
    conversation = make_conversation(user)
    settings.RETENTION_DAYS = 30
    for path in ("/conversations/", f"/conversations/{conversation.pk}/"):
        assert "30 days after" in unescape(user_client.get(path).content.decode()), path


def test_who_may_only_read_sees_no_button_for_more(db: None) -> None:
    reader = make_user("reader", "playground.view_conversation")
    conversation = make_conversation(reader)
    client = signed_in(reader)
    for path in ("/conversations/", f"/conversations/{conversation.pk}/"):
        page = client.get(path).content.decode()
        for words in ("Rename", "Delete", "End", "Add tag", "Go on", "Start a new one", ">Keep<"):
            assert words not in page, (path, words)
        assert "Export" in page
    for action in ("tag", "end", "delete"):
        answer = client.post("/conversations/selected/", {"conversation": conversation.pk, "action": action})
        assert answer.status_code == 403, action


def test_a_conversation_can_be_started_like_one_that_has_ended(user_client: Client, user: User) -> None:
    from personas.saving import save_persona
    from tests.personas.making import make_persona

    version = save_persona(make_persona(), by=user)
    ended = Conversation.objects.create(owner=user, persona_version=version, status=Conversation.Status.ENDED)
    again = f'action="/playground/{ended.pk}/again/"'
    for path in ("/conversations/", f"/conversations/{ended.pk}/", f"/playground/{ended.pk}/"):
        assert again in user_client.get(path).content.decode(), path
