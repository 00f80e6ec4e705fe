"""The keys that a stranger presents: masked where they are repeated, at a bounded cost."""

import base64
import json
import time
from urllib.parse import quote

import pytest

from playground.engine.answer.redaction import MASK
from playground.engine.limits import MIB
from playground.inspectors.masking import Masker
from playground.inspectors.presented_secrets import MOST_PRESENTED, presented_secrets
from tests.playground.scripted_llm import DONE, text

OWN = "sk-of-the-caller-alone-123456"
SPACED = "sk of/the caller+alone"
BODY_OF_MANY_KEYS_S = 2.0
"""CPU time, ten times what a slow machine takes; a search that isn't linear takes minutes."""


def test_many_long_keys_in_a_large_body_cost_little() -> None:
    headers = tuple(
        (b"x%d-key" % place, b"abc" + b"a" * 130 + b"%03d" % place) for place in range(MOST_PRESENTED)
    )
    presented = presented_secrets(headers, b"")
    assert len(presented) == MOST_PRESENTED
    body = b"a" * 4 * MIB
    began_s = time.thread_time()
    assert Masker((), presented).body(body) == body
    assert time.thread_time() - began_s < BODY_OF_MANY_KEYS_S


def test_of_a_request_that_presents_more_keys_than_are_looked_for_no_value_is_kept() -> None:
    keys = [f"sk-{place:020}-abc" for place in range(MOST_PRESENTED + 1)]
    query = "&".join(f"key={key}" for key in keys).encode()
    masker = Masker((), presented_secrets((), query))
    assert masker.headers([(b"X-Note", keys[-1].encode()), (b"A", b"b")]) == [["X-Note", MASK], ["A", "b"]]
    assert masker.query(query) == MASK
    assert masker.body(keys[-1].encode()) is None
    assert masker.parts([(0, keys[-1].encode())]) is None


ECHOES = {
    "percent-encoded": quote(f"/?a={SPACED}").encode(),
    "escaped": json.dumps({"key": SPACED.replace("/", "\u002f")}).encode(),
    "UTF-16": f"Your key: {OWN}".encode("utf-16"),
    "UTF-32, big-endian": f"Your key: {OWN}".encode("utf-32-be"),
    "base64": base64.b64encode(f"a key: {OWN}".encode()),
    "within base64": b"prefix/" + base64.urlsafe_b64encode(f"k {OWN}".encode()),
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_a_key_that_is_repeated_in_another_spelling_is_not_kept(echo: bytes) -> None:
    masker = Masker((), presented_secrets(((b"X-Api-Key", OWN.encode()), (b"X-Key", SPACED.encode())), b""))
    for kept in (masker.body(echo), b"".join(part for _, part in masker.parts([(0, echo)]) or ())):
        assert not kept or MASK.encode() in kept


def test_a_key_that_is_spelt_over_several_deltas_is_not_kept() -> None:
    masker = Masker((), presented_secrets(((b"X-Api-Key", OWN.encode()),), b""))
    deltas = [(place, text(OWN[place : place + 5])) for place in range(0, len(OWN), 5)]
    assert masker.parts([*deltas, (99, DONE)]) is None
    assert masker.parts([(0, text("Hello.")), (1, DONE)]) is not None


@pytest.mark.parametrize("key", ["gi_" + "a1-B_" * 8 + "xyz", "gr_" + "c" * 43, "whsec_" + "QUJD" * 11 + "="])
def test_greenrooms_own_keys_are_told_by_their_shape(key: str) -> None:
    masker = Masker((), ())
    assert masker.body(f"the key {key}, and".encode()) == f"the key {MASK}, and".encode()
    assert masker.parts([(0, key[:9].encode()), (1, key[9:].encode() + b" it is")]) == [
        (0, MASK.encode()),
        (1, b" it is"),
    ]
    assert masker.body(base64.b64encode(f"u:{key}".encode())) is None


def test_the_value_of_a_cookie_that_sounds_like_a_key_is_masked_where_it_is_repeated() -> None:
    masker = Masker((), presented_secrets(((b"Cookie", f"a=b; session={OWN}".encode()),), b""))
    assert masker.body(OWN.encode()) == MASK.encode()


def test_rows_of_one_character_are_no_keys() -> None:
    assert presented_secrets(((b"x-key", b"-" * 40), (b"y-key", b"k" * 5_000)), b"") == ()


def test_the_conversations_id_stays_readable() -> None:
    assert (
        presented_secrets(((b"X-Session-Id", b"c123456789"), (b"conversation_id", b"c123456789")), b"") == ()
    )


def test_a_key_is_masked_across_the_parts_of_an_answer() -> None:
    presented = presented_secrets(((b"X-Api-Key", OWN.encode()),), b"")
    parts = [
        (0, b"a " + OWN[:3].encode()),
        (1, OWN[3:9].encode()),
        (2, OWN[9:].encode() + b" b " + OWN.encode()),
    ]
    assert Masker((), presented).parts(parts) == [(0, f"a {MASK}".encode()), (2, f" b {MASK}".encode())]
