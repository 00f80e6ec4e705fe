"""What a conversation's ``callback_url`` is told: that it began, why it ended, its transcript, its tool calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class ShutdownReason(StrEnum):
    """Why a conversation ended, in the words of Tavus' ``GET …?verbose=true``."""

    ENDED = "end_conversation_endpoint_hit"
    MAX_CALL_DURATION = "max_call_duration"
    PARTICIPANT_LEFT = "participant_left_timeout"
    PARTICIPANT_ABSENT = "participant_absent_timeout"


@dataclass(frozen=True, slots=True)
class CallbackSource:
    """The conversation that something happened in."""

    conversation_id: str
    callback_url: str
    replica_id: str


@dataclass(frozen=True, slots=True)
class ReplicaJoined:
    event_type: ClassVar[str] = "system.replica_joined"


@dataclass(frozen=True, slots=True)
class Shutdown:
    event_type: ClassVar[str] = "system.shutdown"

    reason: ShutdownReason


@dataclass(frozen=True, slots=True)
class TranscriptEntry:
    """A message of the transcript; without a time what stood before the first turn."""

    role: str
    """system, user, assistant or tool"""
    content: str
    timestamp_s: float | None = None
    """When it began to be said, since the epoch."""
    seconds_from_start: float | None = None
    duration_s: float | None = None
    inference_id: str = ""


@dataclass(frozen=True, slots=True)
class TranscriptionReady:
    event_type: ClassVar[str] = "application.transcription_ready"

    entries: Sequence[TranscriptEntry]
    entries_left_out: int = 0
    """How many of the first messages there is no room for."""


@dataclass(frozen=True, slots=True)
class ToolCallMade:
    """One call of an answer. ``arguments`` is the JSON text as it came."""

    event_type: ClassVar[str] = "conversation.tool_call"

    call_id: str
    name: str
    arguments: str
    turn_idx: int


CallbackEvent = ReplicaJoined | Shutdown | TranscriptionReady | ToolCallMade


class NotDelivered(StrEnum):
    """Why an attempt to deliver a callback failed: a closed list."""

    REFUSED = "refused"
    REDIRECT = "redirect"
    GONE = "gone"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    BLOCKED_ADDRESS = "blocked_address"
    QUEUE_FULL = "queue_full"
    KEY_UNREADABLE = "key_unreadable"
    INTERNAL = "internal"
