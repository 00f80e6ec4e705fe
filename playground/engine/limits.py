"""The waits and buffer sizes of a turn, with their units, in one place."""

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one turn; tests lower them in proportion, an operator may set some (see the README's table)."""

    connect_ms: int = 5_000
    dns_ms: int = 5_000
    first_content_ms: int = 30_000
    """From the turn's start to the first content delta or tool call; comments and empty deltas don't count."""
    content_gap_ms: int = 20_000
    """Between two content deltas."""
    reasoning_gap_ms: int = 120_000
    """Between two content deltas while reasoning arrives."""
    turn_ms: int = 120_000
    """The whole generation, from the request to its last byte, without speech."""
    after_finish_ms: int = 2_000
    """From an answer's last content to its end, once it has a finish reason but the stream stays open."""
    idle_sentence_ms: int = 400
    """How long deltas may pause before an unambiguous sentence end is committed."""

    response_header_bytes: int = 64 * KIB
    sse_line_bytes: int = 1 * MIB
    stream_bytes: int = 8 * MIB
    answer_chars: int = 256 * KIB
    sentence_chars: int = 600
    segment_words: int = 2_000
    """The most words of a segment with their own times; in a longer one (a code block) words share a time."""
    tool_arguments_chars: int = 64 * KIB
    tool_calls: int = 32
    argument_check_ms: int = 500
    """For checking the arguments of all of a turn's calls."""
    argument_check_wait_ms: int = 2_000
    """How long they wait for a free checking process."""
    tool_endpoint_ms: int = 10_000
    """From the call to the last byte of the tool endpoint's answer."""
    tool_output_bytes: int = 64 * KIB
    error_body_bytes: int = 16 * KIB
    error_body_ms: int = 3_000
    error_excerpt_chars: int = 300
    refused_body_chars: int = 500
    """How much of a refusal's body a completion keeps."""

    retry_wait_ms: int = 5_000
    """The longest Retry-After that a turn waits for; a longer one fails the turn and is shown."""
    retries: int = 1
    cassette_bytes: int = 1 * MIB
    """How much of the answer's payloads a completion stores for a replay."""
    delta_marks: int = 20_000
    """Of how many deltas a completion stores when they came and how long they were."""


SCHEMA_CHECK_MS = 500
"""For checking the schemas of all of a persona's tools."""
SCHEMA_CHECK_WAIT_MS = 500

DEFAULT_LIMITS = Limits()
