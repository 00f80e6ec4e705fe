"""The advice on the right address, given the one that was called."""

import pytest

from playground.engine.answer.decoder import AnswerDecoder
from playground.engine.answer.other_apis import another_api, other_api
from tests.engine.answer.streams import stream

OLLAMA = {"model": "m", "response": "Hi.", "done": False}
TEXT_COMPLETION = {"object": "text_completion", "choices": [{"text": "Hi."}]}
RESPONSES = {"object": "response", "output": []}


@pytest.mark.parametrize(
    ("payload", "called", "right"),
    [
        (OLLAMA, "http://localhost:11434/api/chat", "http://localhost:11434/v1/chat/completions"),
        (OLLAMA, "http://[::1]:11434/api", "http://[::1]:11434/v1/chat/completions"),
        (OLLAMA, "https://user:pass@example.com/x?key=abc", "https://example.com/v1/chat/completions"),
        (
            TEXT_COMPLETION,
            "https://example.com/llm/v1/completions",
            "https://example.com/llm/v1/chat/completions",
        ),
        (
            RESPONSES,
            "https://example.com/openai/v1/responses/",
            "https://example.com/openai/v1/chat/completions",
        ),
        (OLLAMA, "/demo/v1", "…/v1/chat/completions"),
        (OLLAMA, "http://[broken", "…/v1/chat/completions"),
        (OLLAMA, "", "…/v1/chat/completions"),
    ],
)
def test_the_right_address_is_derived(payload: dict[str, object], called: str, right: str) -> None:
    api = other_api(payload)

    assert api is not None
    assert f"The right address is {right} (" in another_api(api, called).message


def test_a_secret_in_the_address_is_not_shown() -> None:
    secret = "host-secret-0123456789"
    decoder = AnswerDecoder(secrets=[secret], address=f"https://{secret}.example.com/v1/completions")
    decoder.feed(stream(TEXT_COMPLETION))

    assert decoder.failure is not None
    assert secret not in decoder.failure.message


@pytest.mark.parametrize(
    "payload",
    [
        {"choices": [{"delta": {"content": "Hi."}}], "done": False, "message": "x"},
        {"choices": [{"delta": {"content": "Hi."}, "text": "Hi."}]},
        {"type": [], "event_type": {}, "object": 7, "done": "yes"},
    ],
)
def test_a_chat_completion_with_fields_of_others_is_none_of_theirs(payload: dict[str, object]) -> None:
    assert other_api(payload) is None


def test_an_api_that_answers_in_lines_is_known_by_its_first_line() -> None:
    decoder = AnswerDecoder()

    decoder.feed(b'{"model": "m", "message": {"content": "Hi."}, "done": false}\n')

    assert decoder.failure is not None
    assert "Ollama" in decoder.failure.message
