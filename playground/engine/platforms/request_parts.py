"""Shared parts of the platforms' requests: free parameters, the bearer header, merged headers."""

from collections.abc import Sequence

from playground.engine.json_types import Json
from playground.engine.persona import LLMSettings
from playground.engine.request import Surroundings
from playground.engine.substitution import names_in

Headers = tuple[tuple[str, str], ...]

IGNORED_PARAMETERS = frozenset(
    {
        "audio", "function_call", "functions", "logit_bias", "logprobs", "messages", "modalities", "model", "n",
        "stream", "stream_options", "tool_choice", "tools",
    }
)  # fmt: skip
"""Just AI, llmRequest, "Parameters": these cannot be overridden; passed values are ignored."""


def common_headers(surroundings: Surroundings) -> Headers:
    return (
        ("Accept", "application/json"),
        ("Accept-Encoding", "identity"),
        ("Content-Type", "application/json"),
        ("User-Agent", surroundings.user_agent),
    )


def free_parameters(llm: LLMSettings) -> Json:
    """Return ``parameters`` without the ignored names; the top-level temperature wins."""
    sent = {name: value for name, value in llm.parameters.items() if name not in IGNORED_PARAMETERS}
    if llm.temperature is not None:
        sent["temperature"] = llm.temperature
    if llm.stream_options is not None:
        sent["stream_options"] = llm.stream_options
    return sent


def authorization(llm: LLMSettings) -> Headers:
    """Return the bearer header unless a header is Authorization or names the secret (assumed: Just AI doesn't say)."""
    if not llm.token_secret:
        return ()
    for name, value in llm.headers:
        if name.lower() == "authorization" or llm.token_secret in names_in(value):
            return ()
    return (("Authorization", f"Bearer {llm.token_secret}"),)


def merged(*groups: Sequence[tuple[str, str]]) -> Headers:
    """Return all groups' headers in order; later ones replace earlier ones of the same name."""
    by_name: dict[str, tuple[str, str]] = {}
    for group in groups:
        for name, value in group:
            by_name[name.lower()] = (name, value)
    return tuple(by_name.values())
