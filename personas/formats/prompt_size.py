"""How large a prompt is in tokens, estimated: nobody's tokenizer is here, and each model has its own.

Characters a token, assumed from what common tokenizers make of running text: four of Latin script, about two of any
other alphabet, one of Han, kana and Hangul.
"""

import re
from dataclasses import dataclass

BEST_TOKENS = 5_000
WORSE_TOKENS = 15_000
"""Tavus, "LLM": best up to 5,000 tokens; from 15,000 to 20,000 on answers get worse."""
MOST_TOKENS = 32_000
"""Tavus, "LLM": the limit of its hosted models."""

_HAN_AND_KIN = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_OTHER = re.compile(r"[^\u0000-\u024f\u1e00-\u1fff\u2000-\u206f]")


@dataclass(frozen=True, slots=True)
class PromptSize:
    chars: int
    words: int
    tokens: int
    """Estimated."""


def size_of(text: str) -> PromptSize:
    dense = len(_HAN_AND_KIN.findall(text))
    other = len(_OTHER.findall(text)) - dense
    latin = len(text) - dense - other
    return PromptSize(len(text), len(text.split()), round(latin / 4 + other / 2 + dense))


def advice_on_size(tokens: int, platform: str) -> str:
    """What the platform says about a prompt of about this many tokens; empty: nothing."""
    if platform == "jaicp":
        if tokens <= BEST_TOKENS:
            return ""
        return (
            f"The prompt has about {tokens:,} tokens. JAICP: history size and prompt size can affect LLM speed; if "
            "the LLM takes a long time to respond, try shortening history or prompt."
        )
    if tokens > MOST_TOKENS:
        return (
            f"The prompt has about {tokens:,} tokens: Tavus' hosted models take {MOST_TOKENS:,} at the most."
        )
    if tokens > WORSE_TOKENS:
        return f"The prompt has about {tokens:,} tokens: Tavus says that answers get worse from 15,000 to 20,000 on."
    if tokens > BEST_TOKENS:
        return f"The prompt has about {tokens:,} tokens: Tavus advises {BEST_TOKENS:,} at the most."
    return ""
