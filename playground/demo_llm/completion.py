"""An answer in OpenAI's format: one ``chat.completion``, or the payloads of a stream."""

from collections.abc import Iterator
from dataclasses import dataclass

from playground.demo_llm.answer import Answer, FunctionCall, argument_pieces, usage, word_pieces
from playground.demo_llm.chat import ChatRequest
from playground.engine.json_types import Json


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer to one request. ``id`` is OpenAI's ``chatcmpl-…``; ``created`` in seconds since 1970."""

    id: str
    created: int
    request: ChatRequest
    answer: Answer

    def whole(self) -> Json:
        """Return the body of a non-streamed answer."""
        message: Json = {"role": "assistant", "content": self.answer.text or None, "refusal": None}
        if self.answer.calls:
            message["tool_calls"] = [self._call(index, call) for index, call in enumerate(self.answer.calls)]
        choice = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": self.answer.finish_reason,
        }
        return self._envelope("chat.completion", [choice]) | {"usage": usage(self.request, self.answer)}

    def chunks(self) -> Iterator[Json]:
        """Yield the payloads of the stream, in order, one per piece."""
        yield self._chunk({"role": "assistant", "content": None if self.answer.calls else ""})
        for piece in word_pieces(self.answer.text):
            yield self._chunk({"content": piece})
        for index, call in enumerate(self.answer.calls):
            yield self._call_chunk({"index": index, **self._call(index, FunctionCall(call.name, ""))})
            for piece in argument_pieces(call.arguments):
                yield self._call_chunk({"index": index, "function": {"arguments": piece}})
        yield self._chunk({}, finish_reason=self.answer.finish_reason)
        if self.request.include_usage:
            yield self._envelope("chat.completion.chunk", []) | {"usage": usage(self.request, self.answer)}

    def _call(self, index: int, call: FunctionCall) -> Json:
        return {
            "id": f"call_{self.id.removeprefix('chatcmpl-')}_{index}",
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }

    def _call_chunk(self, fragment: Json) -> Json:
        return self._chunk({"tool_calls": [fragment]})

    def _chunk(self, delta: Json, finish_reason: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        chunk = self._envelope("chat.completion.chunk", [choice])
        return chunk | {"usage": None} if self.request.include_usage else chunk

    def _envelope(self, kind: str, choices: list[Json]) -> Json:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.request.model,
            "system_fingerprint": None,
            "choices": choices,
        }
