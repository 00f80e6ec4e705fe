"""Compares what is stored with what the LLM server sent, what callers said, and what viewers saw."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from tests.soak.callers import Log
from tests.soak.faults import POSTGRES_KILLED, SERVER_KILLED, Fault
from tests.soak.screen import OPEN, ShownTurn, Witness

UNSTORED_S = 1.0
"""Text that was shown for longer than this is stored."""
NOTICED_S = 5.0
"""Within this time another server closes the turns of a killed one."""
RECOVERING_S = 2.5
"""How long after the database's return the writer may still wait for its next try."""
TURNS = """
SELECT turn.id AS turn_id, conversation_id, position, status, user_text, client_msg_id, text, heard_text,
       owner_process, coalesce(error ->> 'code', '') AS error,
       extract(epoch FROM closed_at)::float AS closed_at_s
FROM playground_turn AS turn WHERE kind = 'user' ORDER BY conversation_id, position
"""


@dataclass(frozen=True, slots=True)
class StoredTurn:
    turn_id: str
    conversation_id: str
    position: int
    status: str
    user_text: str
    client_msg_id: str
    text: str
    heard_text: str
    owner_process: str
    error: str
    closed_at_s: float | None
    """In s since 1970."""

    @property
    def process_id(self) -> int:
        """Of the server that owned it and died; 0 if its owner closed it."""
        return int(self.owner_process.split(":")[1]) if self.owner_process else 0


def stored_turns(database_url: str) -> list[StoredTurn]:
    with psycopg.connect(database_url, row_factory=class_row(StoredTurn)) as connection:
        return connection.execute(TURNS).fetchall()


def stored_contexts(database_url: str) -> dict[str, str]:
    """Return each conversation's, by its id."""
    with psycopg.connect(database_url) as connection:
        return dict(
            connection.execute("SELECT id, conversational_context FROM playground_conversation").fetchall()
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that is compared."""

    turns: Sequence[StoredTurn]
    contexts: Mapping[str, str]
    """The stored context of each conversation."""
    said: Sequence[tuple[str, str]]
    """What the LLM server was asked, and all that it sent as the answer."""
    log: Log
    witness: Witness
    faults: Sequence[Fault]


def findings(evidence: Evidence) -> Iterator[str]:
    """Yield whatever should not be."""
    yield from evidence.log.findings
    yield from evidence.witness.findings
    yield from _of_words(evidence)
    yield from _of_answers(evidence)
    yield from _of_shown_text(evidence)
    yield from _of_orphans(evidence)
    yield from _of_screens(evidence)
    yield from _of_contexts(evidence)


def lost_chars(evidence: Evidence) -> dict[int, int]:
    """Return the most characters of a turn that were shown and are not stored, by the killed server's process."""
    lost: dict[int, int] = defaultdict(int)
    for turn in evidence.turns:
        seen = evidence.witness.seen.get(turn.turn_id)
        if seen is not None:
            lost[turn.process_id] = max(lost[turn.process_id], len(seen.text) - len(turn.text))
    return lost


def _of_words(evidence: Evidence) -> Iterator[str]:
    """Every message is one turn, with the words that were said."""
    rows = Counter(turn.client_msg_id for turn in evidence.turns)
    for message_id, text in evidence.log.messages.items():
        if rows[message_id] != 1:
            yield f"{message_id} is {rows[message_id]} turns."
        if any(turn.client_msg_id == message_id and turn.user_text != text for turn in evidence.turns):
            yield f"{message_id} is stored with other words."
    places: dict[str, list[int]] = defaultdict(list)
    for turn in evidence.turns:
        places[turn.conversation_id].append(turn.position)
    for conversation_id, positions in places.items():
        if positions != list(range(len(positions))):
            yield f"{conversation_id} has turns at {positions}."


def _of_answers(evidence: Evidence) -> Iterator[str]:
    """A completed turn has the whole answer, any other its beginning; the LLM server was asked once."""
    asked = Counter(text for text, _ in evidence.said)
    answers = dict(evidence.said)
    for turn in evidence.turns:
        answer = answers.get(turn.user_text, "")
        about = f"{turn.client_msg_id} ({turn.status} {turn.error})"
        if asked[turn.user_text] > 1:
            yield f"{about}: the LLM server was asked {asked[turn.user_text]} times."
        if turn.status in OPEN:
            yield f"{about} is still open."
        if turn.status == "completed" and turn.text != answer:
            yield f"{about} has {len(turn.text)} characters, {len(answer)} were sent."
        if not answer.startswith(turn.text):
            yield f"{about} has text that was not sent."
        if not turn.text.startswith(turn.heard_text):
            yield f"{about} has heard text that is no beginning of its text."
        if turn.status == "failed":
            yield f"{about} failed."


def _of_shown_text(evidence: Evidence) -> Iterator[str]:
    """What anyone saw is stored; of a killed server's turns whatever was shown for UNSTORED_S."""
    killed = {fault.process_id: fault for fault in evidence.faults if fault.kind == SERVER_KILLED}
    for turn in evidence.turns:
        seen = evidence.witness.seen.get(turn.turn_id)
        if seen is None:
            continue
        fault = killed.get(turn.process_id)
        least = len(seen.text) if fault is None else seen.chars_at(_stored_until_s(fault, evidence.faults))
        if not seen.text.startswith(turn.text):
            yield f"{turn.client_msg_id}: viewers saw another text than is stored."
        if len(turn.text) < least:
            yield (
                f"{turn.client_msg_id} ({turn.status} {turn.error} {turn.owner_process}) has {len(turn.text)} "
                f"characters; {least} had to be stored, {len(seen.text)} were shown."
            )


def closed_after_s(evidence: Evidence, fault: Fault) -> float | None:
    """Return when the last turn of a killed server was closed, in s after its end; None if it left none."""
    killed_at_s = time.time() - time.monotonic() + fault.at_s
    owned = [turn.closed_at_s for turn in evidence.turns if turn.process_id == fault.process_id > 0]
    return max((closed_at_s - killed_at_s for closed_at_s in owned if closed_at_s is not None), default=None)


def _of_orphans(evidence: Evidence) -> Iterator[str]:
    """A killed server's turns are closed soon."""
    for fault in evidence.faults:
        after_s = closed_after_s(evidence, fault)
        if after_s is not None and after_s > NOTICED_S and not _is_followed(fault, evidence.faults):
            yield f"A turn of a server that was killed was open for another {after_s:.1f} s."


def _is_followed(killed: Fault, faults: Sequence[Fault]) -> bool:
    """Whether no server may close turns yet: one that starts, or was cut off, grants a whole lease first."""
    return any(
        fault.at_s - NOTICED_S < killed.at_s < fault.back_s + NOTICED_S
        if fault.kind == POSTGRES_KILLED
        else fault.process_id and 0 < fault.at_s - killed.at_s < NOTICED_S
        for fault in faults
    )


def _stored_until_s(killed: Fault, faults: Sequence[Fault]) -> float:
    """Return until when what was shown is stored: UNSTORED_S before the kill, or before the database went."""
    away = [
        fault.at_s
        for fault in faults
        if fault.kind == POSTGRES_KILLED and fault.at_s < killed.at_s < fault.back_s + RECOVERING_S
    ]
    return min([killed.at_s, *away]) - UNSTORED_S


def _of_screens(evidence: Evidence) -> Iterator[str]:
    """What a viewer showed when all had ended is what is stored."""
    rows: dict[str, dict[str, StoredTurn]] = defaultdict(dict)
    for turn in evidence.turns:
        rows[turn.conversation_id][turn.turn_id] = turn
    for conversation_id, screen in (*evidence.log.screens, *evidence.log.late_screens):
        stored, shown = rows[conversation_id], screen.turns
        if shown.keys() != stored.keys():
            yield f"A viewer of {conversation_id} showed {len(shown)} turns, {len(stored)} are stored."
        for turn_id in shown.keys() & stored.keys():
            if _of_shown(shown[turn_id]) != _of_stored(stored[turn_id]):
                yield f"A viewer of {conversation_id} showed {shown[turn_id]}, stored is {stored[turn_id]}."


def _of_contexts(evidence: Evidence) -> Iterator[str]:
    """A viewer shows the stored context, or its beginning if something was added afterwards."""
    for conversation_id, screen in evidence.log.screens:
        if not evidence.contexts[conversation_id].startswith(screen.context):
            yield f"A viewer of {conversation_id} showed another context than is stored: {screen.context}"
    for conversation_id, screen in evidence.log.late_screens:
        if screen.context != evidence.contexts[conversation_id]:
            yield f"A late viewer of {conversation_id} showed another context than is stored: {screen.context}"


def _of_shown(turn: ShownTurn) -> tuple[str, ...]:
    return turn.user_text, turn.client_msg_id, turn.status, turn.text, turn.heard_text


def _of_stored(turn: StoredTurn) -> tuple[str, ...]:
    return turn.user_text, turn.client_msg_id, turn.status, turn.text, turn.heard_text
