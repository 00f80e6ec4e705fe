"""Secrets that a stream spells over several deltas."""

from playground.inspectors.split_secrets import without_split_secrets
from tests.playground.scripted_llm import DONE, STOP, TOOL_CALLS, call, chunk, text

KEY = "sk-canary-0123456789abcdef"
FIRST, SECOND = KEY[:12], KEY[12:]


def kept(*parts: bytes) -> tuple[bytes, list[int]]:
    timed = without_split_secrets([(10 * place, part) for place, part in enumerate(parts)], [KEY])
    return b"".join(part for _, part in timed), [t_ms for t_ms, _ in timed]


def test_what_has_none_stays_byte_for_byte() -> None:
    parts = (b": hello\n\n" + text(f"The key begins with {FIRST}."), text("And [secret] so on."), STOP + DONE)
    assert kept(*parts)[0] == b"".join(parts)
    assert kept(b'{"choices": []}')[0] == b'{"choices": []}'


def test_a_text_that_spells_one_is_kept_without_it_at_its_time() -> None:
    body, times = kept(text("The key: "), text(FIRST), text(f"{SECOND} it was."), STOP, DONE)
    assert FIRST.encode() not in body
    assert SECOND.encode() not in body
    assert b"[secret] it was." in body
    assert body.endswith(DONE)
    assert times == [0, 10, 20, 30, 40]


def test_reasoning_and_arguments_are_looked_through_too() -> None:
    thought = (
        chunk({"reasoning_content": FIRST}),
        chunk({"reasoning_content": SECOND}),
        text("Hm."),
        STOP + DONE,
    )
    called = (
        call(0, id="a", name="f", arguments='{"key": "' + FIRST),
        call(0, arguments=SECOND + '"}'),
        TOOL_CALLS + DONE,
    )
    for parts in (thought, called):
        body, _ = kept(*parts)
        assert SECOND.encode() not in body
        assert b"[secret]" in body
