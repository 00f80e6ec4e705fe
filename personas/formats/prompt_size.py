"""Estimates a prompt's size in tokens: each model has its own tokenizer, and none is installed.

Assumed characters per token, from what common tokenizers make of running text: four in Latin script, about two in
other alphabets, one in Han, kana and Hangul.
"""

import re
from dataclasses import dataclass

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
