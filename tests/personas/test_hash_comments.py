"""``#`` comments are blanked, and nothing else is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.formats.hash_comments import without_hash_comments
from tests.personas.linear_cost import is_linear


@pytest.mark.parametrize(
    ("text", "blanked"),
    [
        ("a: 1 # one\nb", "a: 1      \nb"),
        ("# all\n  # of it", "     \n         "),
        ('x = "a # b" # c', 'x = "a # b"    '),
        ("x = 'a # b' # c", "x = 'a # b'    "),
        ("x = `a\n# b` # c", "x = `a\n# b`    "),
        ('x = """a\n# b""" # c', 'x = """a\n# b"""    '),
        ("x = s.split(/#/) # c", "x = s.split(/#/)    "),
        ("x = s.split(/[/#]/g) # c", "x = s.split(/[/#]/g)    "),
        ("x = a / 2 # it's / b", "x = a / 2 " + " " * 10),
        ("x // a # b\ny # c", "x // a # b\ny    "),
        ("/* a # b\n# c */ # d", "/* a # b\n# c */    "),
        ("a: don't # say\nx", "a: don't      \nx"),
        ("a: a ` here # b\nc: ` # d", "a: a ` here    \nc: `    "),
        ("theme: / # root", "theme: /       "),
        ("q: $regex</start> # c", "q: $regex</start>    "),
        ('"#fff"', '"#fff"'),
    ],
)
def test_a_hash_begins_a_comment_only_where_code_stands(text: str, blanked: str) -> None:
    assert without_hash_comments(text) == blanked


@given(st.text(alphabet="#\"'`/*\\\n a=[]", max_size=80))
def test_offsets_and_lines_stay_and_only_comments_go(text: str) -> None:
    blanked = without_hash_comments(text)
    assert len(blanked) == len(text)
    assert all(after in {before, " "} for before, after in zip(text, blanked, strict=True))
    assert blanked.count("\n") == text.count("\n")


@pytest.mark.slow  # Measures long inputs, several times each.
@pytest.mark.parametrize(
    "unit", ["#", '"', "'", "`", "/", "/[", '"""', "'''", "=/[a", "/*", "\\", "=`", "=/a"]
)
def test_the_cost_is_linear_for_hostile_repetitions(unit: str) -> None:
    def cost(repeats: int) -> float:
        began = time.process_time()
        without_hash_comments(unit * repeats)
        return time.process_time() - began

    assert is_linear(cost, 40_000)
