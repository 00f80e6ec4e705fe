"""Answers of the good stream that are cut off, and limits that let one begin well."""

from playground.engine.errors.codes import Code
from tests.llm_server.openai_wire import TEXT
from tests.playground.stage import Take, lowered

ARRIVING = lowered(50)
"""Limits for answers that begin well: half a second to begin, and as long between two deltas."""


def assert_cut_off(take: Take, code: Code, saying: str = "") -> None:
    """Failed with the beginning of the answer, which was kept."""
    assert take.text
    assert TEXT.startswith(take.text)
    take.fails(code, saying, text=take.text)
