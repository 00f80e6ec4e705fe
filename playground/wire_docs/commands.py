"""What a client may send: each command's words, its properties, and an example that the parser takes."""

from dataclasses import dataclass
from typing import Any

from playground.realtime.commands import CONTEXT_CHARS, MESSAGE_ID_CHARS, OUTPUT_CHARS, USER_TEXT_CHARS

_MESSAGE_ID = f"optional text of at most {MESSAGE_ID_CHARS} characters; the same id again is the same turn"


@dataclass(frozen=True, slots=True)
class CommandDocs:
    name: str
    about: str
    properties: tuple[tuple[str, str], ...]
    example: dict[str, Any]
    """Its properties."""

    @property
    def message(self) -> dict[str, Any]:
        return {
            "message_type": self.name.partition(".")[0],
            "event_type": self.name,
            "properties": self.example,
        }


COMMANDS = (
    CommandDocs(
        "conversation.respond",
        "The user says something: a turn begins. While one is open the answer is the error busy.",
        (("text", f"text of at most {USER_TEXT_CHARS:,} characters"), ("client_msg_id", _MESSAGE_ID)),
        {"text": "What is the weather in Oslo?", "client_msg_id": "m-1"},
    ),
    CommandDocs(
        "conversation.interrupt",
        "The user cuts in: the open turn ends, under the persona's barge-in rules. Without one nothing happens.",
        (
            (
                "at_offset",
                "optional whole number: when the voice gets to this character (code point) of the answer; if it has, "
                "at once, as if it had been cut there. Absent: at once",
            ),
        ),
        {},
    ),
    CommandDocs(
        "playground.withdraw_interrupt",
        "Takes back an interrupt that waits for the voice. Without one nothing happens.",
        (),
        {},
    ),
    CommandDocs(
        "conversation.echo",
        "The voice says this as it stands; the LLM is not asked.",
        (
            ("modality", "optional; only text is simulated"),
            ("text", f"text of at most {USER_TEXT_CHARS:,} characters"),
            ("client_msg_id", _MESSAGE_ID),
        ),
        {"modality": "text", "text": "One moment, please.", "client_msg_id": "m-2"},
    ),
    CommandDocs(
        "conversation.tool_result",
        "Answers a tool call of the last turn. When every call of it is answered, a turn of the kind continuation "
        "begins, in which the LLM goes on.",
        (
            ("tool_call_id", "the id of the conversation.tool_call event"),
            ("output", f"text of at most {OUTPUT_CHARS:,} characters, or any JSON, which is sent on as text"),
            ("status", "optional; success (the default) or error"),
        ),
        {"tool_call_id": "call_1", "output": {"temperature": 21}, "status": "success"},
    ),
    CommandDocs(
        "conversation.append_llm_context",
        "Adds to the conversational context, from the next turn on.",
        (("context", f"text of at most {CONTEXT_CHARS:,} characters"),),
        {"context": "The caller's name is Ada."},
    ),
    CommandDocs(
        "conversation.overwrite_llm_context",
        "Replaces the conversational context, from the next turn on.",
        (("context", f"text of at most {CONTEXT_CHARS:,} characters, or empty"),),
        {"context": "The caller is in a hurry."},
    ),
    CommandDocs(
        "playground.choose_interrupt_history",
        "Chooses what the requests from the next turn on carry of answers that were cut, in place of the persona's "
        "own policy. Rehearsal, not platform traffic.",
        (("policy", "heard, full, marked or drop"),),
        {"policy": "marked"},
    ),
    CommandDocs(
        "playground.resume",
        "Sends the snapshot again, for a client that lost the thread.",
        (("seq", "optional: the seq of the last event that arrived"),),
        {"seq": 41},
    ),
)
