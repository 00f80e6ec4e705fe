"""The page about the wire says all that the code does, and nothing else."""

import dataclasses
import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from playground.engine import events
from playground.engine.errors.codes import Code
from playground.realtime import commands
from playground.realtime.close_codes import CloseCode
from playground.wire_docs.commands import COMMANDS, CommandDocs
from playground.wire_docs.events import TURN, event_docs
from tests.dashboard.processes import ROOT

NEVER_ON_THE_WIRE = {events.Event, events.PayloadReceived, events.RequestUnanswered}


@pytest.fixture
def page(user_client: Client) -> str:
    return user_client.get(reverse("wire-docs")).content.decode()


def examples(page: str, kind: str) -> list[dict[str, Any]]:
    return [
        json.loads(html.unescape(example))
        for example in re.findall(rf"data-{kind}\b[^>]*>(.+?)</pre>", page, re.DOTALL)
    ]


def test_every_command_is_explained() -> None:
    assert [command.name for command in COMMANDS if command.name not in commands.COMMANDS] == []
    assert {command.name for command in COMMANDS} == set(commands.COMMANDS)


@pytest.mark.parametrize("docs", COMMANDS, ids=lambda docs: docs.name)
def test_the_example_of_a_command_is_one(docs: CommandDocs) -> None:
    command = commands.parse_command(json.dumps(docs.message))
    explained = {name for name, _about in docs.properties}
    assert {field.name for field in dataclasses.fields(command)} <= explained
    assert set(docs.example) <= explained


def test_every_event_of_a_turn_has_an_example() -> None:
    sent = {
        value
        for value in vars(events).values()
        if isinstance(value, type) and issubclass(value, events.Event)
    }
    assert {type(event) for event, _about in TURN} == sent - NEVER_ON_THE_WIRE - {events.TurnClosed}


def test_every_event_that_the_code_names_is_explained() -> None:
    named: set[str] = set()
    for module in Path(ROOT / "playground").rglob("*.py"):
        if "wire_docs" in module.parts:
            continue
        named |= set(re.findall(r'"((?:playground|conversation)\.[a-z_]+)"', module.read_text()))
    named = {name for name in named if not re.search(r"_(?:conversation|completion|inspectors?)$", name)}
    explained = {docs.name for docs in event_docs()} | set(commands.COMMANDS)
    assert named - explained - {"playground.turn"} == set()
    assert {
        f"playground.turn.{end}" for end in ("started", "completed", "interrupted", "failed")
    } <= explained


def test_every_explanation_is_there() -> None:
    assert [docs.name for docs in event_docs() if not docs.about] == []


def test_the_page_shows_every_command_and_every_event(page: str) -> None:
    assert {example["event_type"] for example in examples(page, "command")} == set(commands.COMMANDS)
    shown = examples(page, "event")
    assert {example["event_type"] for example in shown} == {docs.name for docs in event_docs()}
    keys = {
        "message_type",
        "event_type",
        "conversation_id",
        "inference_id",
        "turn_idx",
        "seq",
        "timestamp",
        "properties",
    }
    assert all(set(example) == keys for example in shown)


def test_the_page_shows_every_close_code_error_and_limit(page: str) -> None:
    assert all(str(code.value) in page for code in CloseCode)
    assert all(str(code) in page for code in Code)
    assert "64 KiB" in page
    assert "x-api-key" in page


def test_the_page_is_the_same_each_time(user_client: Client, page: str) -> None:
    again = user_client.get(reverse("wire-docs")).content.decode()
    assert examples(again, "event") == examples(page, "event")
