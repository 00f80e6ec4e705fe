"""The colours' contrast: at least 4.5:1 against every surface, in both themes (WCAG 2.2, 1.4.3)."""

import re

import pytest

from tests.dashboard.processes import ROOT

PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
TOKENS = {
    name: (light, dark)
    for name, light, dark in PAIR.findall((ROOT / "static" / "css" / "tokens.css").read_text())
}
SURFACES = ("surface", "surface-raised", "surface-sunken")
TEXTS = (
    "ink",
    "ink-soft",
    "ink-faint",
    "accent",
    "you",
    "voice",
    "filler",
    "dead-air",
    "llm",
    "danger",
    "warning",
)
ON_THEIR_OWN = {
    "accent-ink": "accent",
    "danger": "danger-soft",
    "warning": "warning-soft",
    "filler": "filler-soft",
}
LEAST_RATIO = 4.5


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    brighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("text", TEXTS)
def test_text_stands_out_from_every_surface(text: str, theme: int) -> None:
    ratios = {name: contrast(TOKENS[text][theme], TOKENS[name][theme]) for name in SURFACES}
    assert min(ratios.values()) >= LEAST_RATIO, ratios


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), ON_THEIR_OWN.items())
def test_text_stands_out_from_its_own_ground(text: str, ground: str, theme: int) -> None:
    assert contrast(TOKENS[text][theme], TOKENS[ground][theme]) >= LEAST_RATIO
