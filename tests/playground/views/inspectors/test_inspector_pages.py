"""The pages of inspectors: who sees what, the form, the list with its filters, and what stays how long."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from dashboard.roles import Role
from playground.inspectors.bounds import INSPECTORS_OF_A_USER
from playground.models import InspectedRequest, Inspector
from tests.conftest import signed_in
from tests.dashboard.roles import person
from tests.playground.views.inspectors.requests import address, listed, received, shown

pytestmark = pytest.mark.django_db


def test_an_empty_list_says_what_it_is_for_and_offers_the_next_step(client: Client) -> None:
    page = shown(client, reverse("inspectors:list"))
    assert "Every request to it is recorded whole" in page
    assert "Make the first one" in page


def test_the_form_makes_an_inspector_that_answers_as_chosen(client: Client, maker: User) -> None:
    typed = {
        "name": "Slow",
        "lifetime_days": "2",
        "answer": "text",
        "text": "One moment.",
        "first_delta_ms": "900",
        "delta_ms": "",
    }
    answer = client.post(reverse("inspectors:new"), typed)
    made = Inspector.objects.get()
    assert answer.headers["Location"] == reverse("inspectors:detail", args=[made.pk])
    assert (made.maker, made.name, made.answer) == (maker, "Slow", "text")
    assert made.answer_settings["text"] == "One moment."
    assert (made.answer_settings["first_delta_ms"], made.answer_settings["delta_ms"]) == (900, 25)
    assert timedelta(days=1) < made.expires_at - timezone.now() <= timedelta(days=2)


@pytest.mark.parametrize("url", ["", "not an address"])
def test_passing_on_needs_a_server(client: Client, url: str) -> None:
    typed = {"name": "On", "lifetime_days": "7", "answer": "pass_on", "forward_url": url}
    answer = client.post(reverse("inspectors:new"), typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors["forward_url"]
    assert not Inspector.objects.exists()


def test_a_user_makes_so_many_and_no_more(client: Client, maker: User) -> None:
    Inspector.objects.bulk_create(
        Inspector(maker=maker, name=str(number)) for number in range(INSPECTORS_OF_A_USER)
    )
    assert client.get(reverse("inspectors:new")).status_code == 409


def test_while_it_waits_it_says_what_to_enter_where(client: Client, inspector: Inspector) -> None:
    page = shown(client, reverse("inspectors:detail", args=[inspector.pk]))
    assert "Waiting for the first request" in page
    for entered in ("layers.llm.base_url", f"{inspector.address}/chat/completions", "tokenSecret", "curl"):
        assert entered in page
    received(inspector)
    assert "Waiting for the first request" not in shown(
        client, reverse("inspectors:detail", args=[inspector.pk])
    )


def test_only_the_maker_and_admins_see_it(inspector: Inspector) -> None:
    row = received(inspector)
    pages = [reverse("inspectors:detail", args=[inspector.pk]), address("request", row)]
    for page in pages:
        assert signed_in(person(Role.ADMIN, f"root{len(page)}")).get(page).status_code == 200
        assert signed_in(person(Role.EDITOR, f"bob{len(page)}")).get(page).status_code == 404
    others = signed_in(person(Role.EDITOR, "carol"))
    assert inspector.name not in shown(others, reverse("inspectors:list"))
    assert others.post(address("request-delete", row)).status_code == 404
    assert InspectedRequest.objects.count() == 1


def test_viewers_have_no_way_there() -> None:
    client = signed_in(person(Role.VIEWER))
    assert reverse("inspectors:list") not in shown(client, reverse("home"))
    assert client.get(reverse("inspectors:new")).status_code == 403


def test_the_list_is_grouped_filtered_and_searched(client: Client, inspector: Inspector) -> None:
    received(inspector, conversation_id="c1")
    received(inspector, {"messages": [{"role": "user", "content": "Ёлка"}]}, conversation_id="c1")
    received(inspector, b"", method="GET", path="/models", answer_status=404)
    received(inspector, conversation_id="c2", ended=InspectedRequest.End.OPEN, answer_status=None)
    assert listed(client, inspector) == [4, 3, 2, 1]
    page = client.get(reverse("inspectors:detail", args=[inspector.pk]))
    assert [group.conversation_id for group in page.context["requests"].groups] == ["c2", "", "c1"]
    assert "“Tell me about the wolf”" in page.content.decode()
    unkept = received(inspector, b"", body_kept=InspectedRequest.Kept.UNSEARCHABLE)
    packed = received(inspector, b"\x81\xa5model\xa6gpt-4o")
    page = client.get(reverse("inspectors:detail", args=[inspector.pk]))
    summaries = [each.summary for group in page.context["requests"].groups for each in group.requests]
    assert summaries[:2] == ["14 bytes", "0 bytes, not kept"]
    packed.delete()
    unkept.delete()
    assert listed(client, inspector, conversation="c1") == [2, 1]
    assert listed(client, inspector, method="GET") == [3]
    assert listed(client, inspector, status="4") == [3]
    assert listed(client, inspector, status="open") == [4]
    assert listed(client, inspector, status="9") == [4, 3, 2, 1]
    assert listed(client, inspector, q="ёлка") == [2]
    assert listed(client, inspector, q="THE WOLF") == [4, 1]
    assert listed(client, inspector, q="x-trace: 7", method="POST") == [4, 2, 1]
    assert listed(client, inspector, q="nowhere") == []
    assert listed(client, inspector, older="3") == [2, 1]


def test_the_page_says_how_many_requests_left_no_record_and_why(client: Client, inspector: Inspector) -> None:
    path = reverse("inspectors:detail", args=[inspector.pk])
    assert "Not everything" not in shown(client, path)
    Inspector.objects.update(lost_busy=3, lost_fast=1, lost_unstored=2)
    page = shown(client, path)
    for sentence in (
        "3 requests refused with 429",
        "1 request refused with 429: they came too fast",
        "2 requests or",
    ):
        assert sentence in page
    received(inspector)
    received(inspector).delete()
    assert "1 of 2 recorded requests are kept: beyond 500" in shown(client, path)


def test_the_list_has_pages(client: Client, inspector: Inspector) -> None:
    for _ in range(51):
        received(inspector, b"")
    assert listed(client, inspector) == list(range(51, 1, -1))
    answer = client.get(reverse("inspectors:detail", args=[inspector.pk]))
    assert answer.context["requests"].older_than == 2
    assert listed(client, inspector, older="2") == [1]


def test_a_key_for_callers_is_shown_once_to_who_manages_secrets(inspector: Inspector) -> None:
    manager = person(Role.SECRET_MANAGER)
    own = Inspector.objects.create(maker=manager, name="With a secret")
    page = signed_in(manager).post(reverse("inspectors:key", args=[own.pk])).content.decode()
    own.refresh_from_db()
    assert "gi_" in page
    assert len(own.callers_key_digest) == 64


def test_deleting_takes_its_requests_along(client: Client, inspector: Inspector) -> None:
    received(inspector)
    path = reverse("inspectors:delete", args=[inspector.pk])
    assert "the 1 request that it keeps" in shown(client, path)
    client.post(path)
    assert not InspectedRequest.objects.exists()


@pytest.mark.parametrize(
    ("site", "hosts", "says"),
    [
        ("http://127.0.0.1:8765", [], "this machine alone"),
        ("http://192.168.1.5:8765", [], "your own network alone"),
        ("http://127.0.0.1:8765", ["name.example"], "https://name.example"),
        ("https://greenroom.example.org", [], "https://greenroom.example.org"),
    ],
)
def test_the_page_about_public_addresses_says_who_reaches_the_site(
    client: Client, settings: Any, site: str, hosts: list[str], says: str
) -> None:
    settings.SITE_URL, settings.FURTHER_HOSTS = site, hosts
    assert says in " ".join(shown(client, reverse("inspectors:public-address")).split())


def test_what_is_kept_and_how_long_the_rest_stays_is_said(
    client: Client, inspector: Inspector, settings: Settings
) -> None:
    page = reverse("inspectors:detail", args=[inspector.pk])
    lists = [reverse("inspectors:list"), reverse("callbacks:list")]
    assert "deleted when it expires, unless" in client.get(page).content.decode()
    assert "after 30 days" in client.get(lists[1]).content.decode()
    settings.RETENTION_DAYS = 9
    for path in [page, *lists]:
        assert "9 days" in client.get(path).content.decode(), path
    answer = client.post(reverse("inspectors:keep", args=[inspector.pk]), {"keep": "1"}, follow=True)
    assert "stays until someone deletes it" in answer.content.decode()
    assert Inspector.objects.get().is_kept
    client.post(reverse("inspectors:keep", args=[inspector.pk]))
    assert not Inspector.objects.get().is_kept
