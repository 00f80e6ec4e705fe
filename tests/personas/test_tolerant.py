"""The tolerant reader: what it takes, what it marks, what it refuses and where."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.formats.nodes import Expression, FormatError, Gap, Node
from personas.formats.tolerant import MAX_CHARS, MAX_DEPTH, Source
from tests.personas.linear_cost import is_linear

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00")), inner
        )
    ),
    max_leaves=20,
)


def read(text: str) -> Node:
    node, end = Source(text).read()
    assert not text[end:].strip()
    return node


def plain(text: str) -> object:
    return read(text).plain()


@settings(deadline=None)
@given(JSON_VALUES, st.booleans(), st.sampled_from([None, 0, 4]))
def test_reads_whatever_json_is_as_json_does(value: object, escaped: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=escaped, indent=indent)
    assert plain(text) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, // one\n "b": 2 /* two */,}', {"a": 1, "b": 2}),
        ("{a: 'it''s'}".replace("''", "\\'"), {"a": "it's"}),
        ("{$x_1: [1, 2, ], 'b-c': .5}", {"$x_1": [1, 2], "b-c": 0.5}),
        ('"\\u0041\\x42\\u{1F600}\\ud83d\\ude00\\n"', "AB😀😀\n"),
        ("`plain`", "plain"),
        ("[True, None, false]", [True, None, False]),
        ("\ufeff{}", {}),
        ('{"__proto__": {"a": 1}}', {"__proto__": {"a": 1}}),
        ("{}\n// the end", {}),
    ],
)
def test_takes_what_the_documents_write_beside_json(text: str, value: object) -> None:
    node, _ = Source(text).read()
    assert node.plain() == value


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("<your-tools-here>", "<your-tools-here>"),
        ("myTools", "myTools"),
        ("…", "…"),
        ("$jsapi.chatHistoryInLlmFormat()", "$jsapi.chatHistoryInLlmFormat()"),
        ('"Hello " + $client.name', '"Hello " + $client.name'),
        ('[{"role": "system"}].concat(f(1, "}"))', '[{"role": "system"}].concat(f(1, "}"))'),
        ("a\n  + b", "a\n  + b"),
        ("function (x) { return {a: x}; }", "function (x) { return {a: x}; }"),
        ("60 * 1000", "60 * 1000"),
        ("`Hi ${name}`", "`Hi ${name}`"),
        ("undefined", "undefined"),
        ("__import__('os').system('id')", "__import__('os').system('id')"),
    ],
)
def test_keeps_what_is_no_data_as_its_text(text: str, expression: str) -> None:
    assert read(text).value == Expression(expression)
    members = read("{before: 1, it: " + text + ", after: 2}").value
    assert isinstance(members, dict)
    assert [members[key].value for key in ("before", "it", "after")] == [1, Expression(expression), 2]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": """one\n"two" three"""}', {"a": 'one\n"two" three'}),
        ("{'a': '''it's\n'''}", {"a": "it's\n"}),
        ('{"a": """x\\\n  y\\tz"""}', {"a": "x  y\tz"}),
        ('{"a": "one " "two " \n \'three\'}', {"a": "one two three"}),
        ('{"a": ("one "\n  "two"), "b": (1), "c": ("x",)}', {"a": "one two", "b": 1, "c": ["x"]}),
        ('{"a": (1, 2,), "b": r"\\d", "c": u"é"}', {"a": [1, 2], "b": "\\d", "c": "é"}),
        ('{"a": "\\U0001F600"}', {"a": "😀"}),
        ('{"a": """""", "b": ""}', {"a": "", "b": ""}),
        ('{"a": "x"\n"b": 1}', None),
    ],
)
def test_takes_what_python_writes(text: str, value: object) -> None:
    source = Source(text, is_python=True)
    if value is None:
        with pytest.raises(FormatError, match="Line 2, column 1: A comma"):
            source.read()
        return
    assert source.read()[0].plain() == value


@pytest.mark.parametrize(
    "text",
    ["f'Hi {name}'", 'f"""Hi\n{name}"""', "b'x'", "'a' f'{b}'", "(a)", "(a, b)", "('a' + b)", "(1)(2)", "()"],
)
def test_what_python_fills_in_is_no_data(text: str) -> None:
    node, end = Source(text + ", next", is_python=True).read()
    assert (node.value, end) == (Expression(text), len(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": """x"}', "three quotes"),
        ('{"a": r"""\ud800""" "\\ud800"}', "no text"),
        ("{'a': u'\\N{NOBODY}'}", "escape"),
        ("{'a': u'\\x00'}", "no text"),
    ],
)
def test_a_python_text_that_is_wrong_is_refused(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        Source(text, is_python=True).read()


def test_texts_side_by_side_are_a_missing_comma_elsewhere() -> None:
    with pytest.raises(FormatError, match="comma"):
        Source('["a" "b"]').read()


@pytest.mark.parametrize("expression", ["s.replace(/[)]/g, '')", "a / 2 / b", "/x}/.test(s)", "f(/\\//, 1)"])
def test_a_bracket_in_a_regular_expression_closes_nothing(expression: str) -> None:
    node = read("{a: " + expression + ", b: 1}")
    assert node.plain() == {"b": 1}


def test_an_ellipsis_among_members_needs_no_comma() -> None:
    source = Source('{\n  type: "llmRequest",\n  …\n  tools: myTools,\n  ...defaults,\n}')
    node, _ = source.read()
    assert node.plain() == {"type": "llmRequest"}
    assert source.gaps == [Gap("…", 26), Gap("...defaults", 48)]


def test_a_node_lists_its_expressions_with_their_paths() -> None:
    node = read("{a: [1, x], b: {c: <d>}}")
    assert [(path, expression.text, offset) for path, expression, offset in node.expressions()] == [
        ("a[1]", "x", 8),
        ("b.c", "<d>", 19),
    ]
    assert node.plain() == {"a": [1], "b": {}}


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ('{\n  "a": 1\n  "b": 2}', 3, 3, "comma"),
        ('{\n  "a" 1}', 2, 7, "colon"),
        ('{"a": 1, "a": 2}', 1, 10, "twice"),
        ('{\n "a": "x\n y"}', 2, 7, "not closed"),
        ('{"a": [1, 2}', 1, 12, "comma or a ]"),
        ('{"a": {"b": 1}', 1, 1, "not closed"),
        ("[1,\n 2", 1, 1, "not closed"),
        ('{"a": }', 1, 7, "value is missing"),
        ("{“a”: 1}", 1, 2, "Typographic"),
        ("{a: “b”}", 1, 5, "Typographic"),
        ("{a: NaN}", 1, 5, "NaN"),
        ("{a: 1e999}", 1, 5, "too large"),
        ("{a: " + "9" * 5_000 + "}", 1, 5, "too large"),
        ("{a: 007}", 1, 5, "not a number"),
        ('{a: "\\ud800"}', 1, 5, "no text"),
        ('{a: "\\u0000"}', 1, 5, "no text"),
        ("{a:\r\n \x00}", 2, 2, "no text"),
        ('{a: "\\u12"}', 1, 6, "hexadecimal"),
        ("{a: 1 /* never closed }", 1, 7, "comment"),
        ("{a: f(1}", 1, 8, "not open"),
        ("{: 1}", 1, 2, "key"),
        ("[" * (MAX_DEPTH + 2), 1, MAX_DEPTH + 2, "too deep"),
        ("[" * 100_000, 1, MAX_DEPTH + 2, "too deep"),
        ("", 1, 1, "missing"),
    ],
)
def test_refuses_with_line_and_column(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(FormatError) as refused:
        Source(text).read()
    assert (refused.value.line, refused.value.column) == (line, column)
    assert words in refused.value.message


def test_refuses_a_text_beyond_its_size_unread() -> None:
    with pytest.raises(FormatError, match="too long"):
        Source(" " * (MAX_CHARS + 1))


@settings(deadline=None)
@given(st.text(alphabet="{}[]()<>…\"'`\\/*,:;.+-ab1$\n u#", max_size=200))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        Source(text).read()
    except FormatError as error:
        assert error.line >= 1
        assert error.column >= 1


@pytest.mark.slow  # Measures long inputs, several times each.
@pytest.mark.parametrize(
    "unit",
    [
        "[",
        "{a:",
        "f(",
        "/*",
        "'",
        '"',
        "`",
        "a\n",
        "a+\n",
        "\n",
        "//",
        "<",
        "…",
        "[1].a,",
        "x ",
        "\\",
        "-",
        "1.",
        "(",
        "=/a",
        "/[",
        "('x' ",
        '"""',
    ],
)
def test_the_cost_is_linear_for_hostile_repetitions(unit: str) -> None:
    def cost(repeats: int) -> float:
        text = "{a: " + unit * repeats
        began = time.process_time()
        with pytest.raises(FormatError):
            Source(text).read()
        return time.process_time() - began

    assert is_linear(cost, 50_000)
