"""Every wait and every buffer of a turn: its number, with its unit, in one place."""

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one turn; tests lower them in proportion, an operator may set some (see the README's table)."""

    connect_ms: int = 5_000
    dns_ms: int = 5_000
    first_content_ms: int = 30_000
    """From the turn's start to the first content delta or tool call; comments and empty deltas are no content."""
    content_gap_ms: int = 20_000
    """Between two content deltas."""
    reasoning_gap_ms: int = 120_000
    """Between two content deltas while reasoning arrives."""
    turn_ms: int = 120_000
    """The whole generation, from the request to its last byte; speech is not counted."""
    after_finish_ms: int = 2_000
    """How long an answer that has a finish reason may be silent, since its last content, before it counts as over."""
    idle_sentence_ms: int = 400
    """How long deltas may pause before an unambiguous sentence end is committed."""

    response_header_bytes: int = 64 * KIB
    sse_line_bytes: int = 1 * MIB
    stream_bytes: int = 8 * MIB
    answer_chars: int = 256 * KIB
    sentence_chars: int = 600
    segment_words: int = 2_000
    """How many words of a segment have a time of their own; in a longer one, a code block, some share one."""
    tool_arguments_chars: int = 64 * KIB
    tool_calls: int = 32
    argument_check_ms: int = 500
    """How long the arguments of a turn's calls may take to be checked, all of them together."""
    argument_check_wait_ms: int = 2_000
    """How long they wait for a process that checks."""
    tool_endpoint_ms: int = 10_000
    """From the call to the last byte of the tool endpoint's answer."""
    tool_output_bytes: int = 64 * KIB
    error_body_bytes: int = 16 * KIB
    error_body_ms: int = 3_000
    error_excerpt_chars: int = 300

    retry_wait_ms: int = 5_000
    """The longest Retry-After that is waited for; a longer one fails the turn and is shown."""
    retries: int = 1
    cassette_bytes: int = 1 * MIB
    """How much of the answer's payloads a completion keeps for a replay."""


SCHEMA_CHECK_MS = 500
"""How long the schemas of a persona may take to be read, all of its tools together."""
SCHEMA_CHECK_WAIT_MS = 500

DEFAULT_LIMITS = Limits()
