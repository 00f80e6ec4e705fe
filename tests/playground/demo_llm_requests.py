"""Requests to the demo LLM, as the tests write them down."""

from typing import Any

import orjson

from playground.demo_llm.chat import ChatRequest, read_request

STORYTELLER = (
    "You are a storyteller. You like telling stories to people of all ages. Reply in brief utterances, and ask "
    "prompting questions to the user as you tell your stories to keep them engaged.\n\n"
    "Here are some of your favorite stories: Little Red Riding Hood, The Ugly Duckling and The Three Little Pigs"
)
MAYA = (
    "You are talking to Maya, who is from Dallas, Texas. She likes a good mystery book, and her favorite author "
    "is Agatha Christie."
)


def body(*texts: str, system: str = "", model: str = "demo", **more: Any) -> dict[str, Any]:
    """Return a request's body: what the user and the assistant said in turn, the user first."""
    messages = [{"role": "system", "content": system}] if system else []
    for index, text in enumerate(texts):
        messages.append({"role": "user" if index % 2 == 0 else "assistant", "content": text})
    return {"model": model, "messages": messages} | more


def chat(*texts: str, system: str = "", **more: Any) -> ChatRequest:
    return read_request(orjson.dumps(body(*texts, system=system, **more)))
