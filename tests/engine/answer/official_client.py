"""Reads a body with OpenAI's own client, for comparison with the decoder."""

from collections.abc import Collection, Iterator
from typing import Any

from httpx2 import Client, MockTransport, Request, Response
from openai import OpenAI

from playground.engine.limits import DEFAULT_LIMITS, Limits
from tests.engine.answer.streams import Decoded, decode


class OfficialRead:
    """What OpenAI's client reads: text, calls, and whether it raised."""

    def __init__(self, body: bytes) -> None:
        self.text = ""
        self.failed = False
        self._calls: dict[int, list[str]] = {}
        try:
            for chunk in _chunks_of(body):
                self._take(chunk)
        except Exception:  # the client passes on its JSON parser's exceptions
            self.failed = True

    @property
    def calls(self) -> list[tuple[str, str]]:
        """Name and arguments of each call."""
        return [(name, arguments) for name, arguments in self._calls.values()]

    @property
    def everything(self) -> tuple[str, bool, list[tuple[str, str]]]:
        return self.text, self.failed, self.calls

    def _take(self, chunk: Any) -> None:
        choices = getattr(chunk, "choices", None)
        delta = getattr(choices[0], "delta", None) if isinstance(choices, list) and choices else None
        self.text += getattr(delta, "content", None) or ""
        for fragment in getattr(delta, "tool_calls", None) or ():
            call = self._calls.setdefault(fragment.index, ["", ""])
            call[0] += fragment.function.name or ""
            call[1] += fragment.function.arguments or ""


def decode_as_client(
    data: bytes,
    *,
    secrets: Collection[str] = (),
    limits: Limits = DEFAULT_LIMITS,
    differs_because: str = "",
) -> Decoded:
    """Decode a whole body, and assert that OpenAI's client reads the same, unless the test says why not."""
    decoded = decode(data, secrets=secrets, limits=limits)
    ours = (decoded.text, bool(decoded.code), [(name, arguments) for _, name, arguments in decoded.calls])
    theirs = OfficialRead(data).everything
    assert (ours == theirs) == (not differs_because), f"OpenAI's client reads {theirs}, the decoder {ours}"
    return decoded


def _chunks_of(body: bytes) -> Iterator[Any]:
    def answered(_request: Request) -> Response:
        return Response(200, headers={"Content-Type": "text/event-stream"}, content=body)

    with (
        Client(transport=MockTransport(answered)) as http,
        OpenAI(base_url="http://llm.test/v1", api_key="k", max_retries=0, http_client=http) as client,
    ):
        yield from client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "Hi"}], stream=True
        )
