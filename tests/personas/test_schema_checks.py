"""Checks in a process that can be ended: what is late is given up, and nothing else is."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from personas.endable_processes import Question
from personas.schema_checks import Checkers
from personas.schema_checks import checkers as shared_checkers
from tests.schemas import doubling

ROOT = Path(__file__).resolve().parents[2]
ENDING_S = 10.0
WORD: Question = {
    "name": "look",
    "arguments": '{"word": 7}',
    "schema": {"properties": {"word": {"type": "string"}}},
}
ENDLESS: Question = {"name": "look", "arguments": '{"word": "x"}', "schema": doubling(40)}


@pytest.fixture
def checkers() -> Iterator[Checkers]:
    made = Checkers()
    yield made
    made.end()
    made.threads.shutdown()


def ask(checkers: Checkers, *questions: Question, within_ms: int = 5_000) -> list[object]:
    return checkers.ask_all(questions, within_ms=within_ms, wait_ms=5_000)


def process_ids() -> set[int]:
    """Return the processes that check for this one, less those that other tests left to the end of this process."""
    pids = set()
    for children in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
        pids |= {int(pid) for pid in children.read_text().split() if is_checking(int(pid))}
    return pids - {checker._process.pid for checker in shared_checkers._idle}


def is_checking(pid: int) -> bool:
    try:
        return b"personas.schema_process" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def until_ended(pid: int) -> None:
    deadline = time.monotonic() + ENDING_S
    while is_checking(pid):
        assert time.monotonic() < deadline, "The process goes on."


def test_what_does_not_fit_is_told(checkers: Checkers) -> None:
    assert ask(checkers, WORD) == [
        ['The arguments of look do not fit its schema: word: 7 is not of type "string"']
    ]


def test_without_arguments_the_schema_alone_is_looked_at(checkers: Checkers) -> None:
    assert ask(checkers, {"schema": {}}, {"schema": {"$ref": "https://example.com/"}}) == [True, False]


def test_a_check_that_takes_for_ever_is_given_up_and_those_before_it_are_kept(checkers: Checkers) -> None:
    before = process_ids()
    answers = ask(checkers, WORD, ENDLESS, WORD, within_ms=300)
    assert [answer is None for answer in answers] == [False, True, True]
    assert process_ids() == before


def test_the_next_check_is_made_all_the_same(checkers: Checkers) -> None:
    ask(checkers, ENDLESS, within_ms=50)
    assert ask(checkers, WORD) != [None]


def test_a_process_serves_many_checks(checkers: Checkers) -> None:
    ask(checkers, WORD)
    first = process_ids()
    ask(checkers, WORD, WORD)
    assert process_ids() == first


def test_patterns_that_take_long_to_compile_are_given_up_too(checkers: Checkers) -> None:
    patterns = {f"p{n}": {"pattern": f"(\\p{{L}}{{10}}){{20}}{n}"} for n in range(1_500)}
    assert ask(checkers, {"schema": {"properties": patterns}}, within_ms=300) == [None]


def test_memory_is_limited(checkers: Checkers) -> None:
    huge = {"name": "look", "arguments": "[" * 1_000_000, "schema": {}}
    ask(checkers, huge)
    (pid,) = process_ids()
    limits = Path(f"/proc/{pid}/limits").read_text()
    assert f"Max address space         {512 * 1024 * 1024}" in limits


def test_a_question_that_ends_the_process_is_unanswered(checkers: Checkers) -> None:
    deep = '{"n":' * 20_000 + "1" + "}" * 20_000
    nodes = {"$defs": {"n": {"properties": {"n": {"$ref": "#/$defs/n"}}}}, "$ref": "#/$defs/n"}
    ask(checkers, {"name": "look", "arguments": deep, "schema": nodes})
    assert ask(checkers, WORD) != [None]


def test_a_schema_that_nests_too_deeply_to_be_sent_is_unanswered(checkers: Checkers) -> None:
    schema: dict[str, object] = {}
    for _ in range(5_000):
        schema = {"not": schema}
    assert ask(checkers, {"schema": schema}) == [None]


def test_a_process_holds_no_socket_of_its_parents(checkers: Checkers) -> None:
    """It may outlive a server that was killed: the port and the viewers' sockets must be free then."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.set_inheritable(True)
        ask(checkers, WORD)
        (pid,) = process_ids()
        held = [str(file.readlink()).partition(":")[0] for file in Path(f"/proc/{pid}/fd").iterdir()]
    assert sorted(held) == ["/dev/null", "pipe", "pipe"]


def test_it_holds_nothing_of_this_processs_environment(checkers: Checkers) -> None:
    ask(checkers, WORD)
    (pid,) = process_ids()
    names = {entry.partition(b"=")[0] for entry in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")}
    assert names - {b""} == {b"PYTHONPATH"}


def test_no_process_outlives_the_end(checkers: Checkers) -> None:
    ask(checkers, WORD)
    before = process_ids()
    checkers.end()
    assert before
    assert not process_ids()


@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGKILL, None])
def test_a_process_ends_with_the_one_that_asked(ended_by: signal.Signals | None) -> None:
    asking = (
        "import sys; from personas.schema_checks import checkers\n"
        "checkers.ask_all([{'schema': {}}], within_ms=5000, wait_ms=0)\n"
        "print(checkers._idle[0]._process.pid, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", asking], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_checking(pid)
        if ended_by is not None:
            parent.send_signal(ended_by)
        parent.communicate(timeout=ENDING_S)
    until_ended(pid)
