"""How a script puts ``messages`` together: followed where every part is known, named by its line where not."""

from typing import Any

import pytest

from personas.formats import Draft, read_document

BRIEF = '{"role": "system", "content": "Be brief."}'
PAST = "$jsapi.chatHistoryInLlmFormat()"
REQUEST = '{"role": "user", "content": $request.query}'


def pushed(before: str, messages: str = "history", after: str = "") -> Draft:
    return read_document(
        f"state: Ask\n    script:\n{before}\n$response.replies = $response.replies || [];\n"
        f'$response.replies.push({{type: "llmRequest", provider: "CUSTOM_LLM", messages: {messages}}});\n{after}'
    )


def history_of(draft: Draft) -> tuple[Any, ...]:
    llm = draft.document["llm"]
    return llm["history_mode"], llm["history_last"], draft.document["system_prompt"]


@pytest.mark.parametrize(
    "before",
    [
        f"var history = {PAST};\nhistory.unshift({BRIEF});",
        f"var history = {PAST}\nhistory.unshift({BRIEF})\n",
        f"var past = {PAST}; var history = [{BRIEF}].concat(past);",
        f"var history = [{BRIEF}]; history = history.concat({PAST});",
        f"let history = [{BRIEF}, ...{PAST}];",
        f"var history = {PAST}; history.splice(0, 0, {BRIEF});",
        f"var brief = {BRIEF}; var history = {PAST}; history.unshift(brief);",
        f'var words = "Be " + "brief."; var history = [{{role: "system", content: words}}].concat({PAST});',
        f"var history = []; history.push({BRIEF}); history.push(...{PAST});",
        f"var history = [].concat({BRIEF}, {PAST});",
        f"var history = {PAST} || []; history.unshift({BRIEF});",
        f"var history = {PAST};\n# history.pop();\nhistory.unshift({BRIEF}); // history.pop()",
        f"var history = {PAST};\nif (x) {{ log(1); }}\nhistory.unshift({BRIEF});",
    ],
)
def test_a_prompt_before_the_sessions_history_is_the_prompt(before: str) -> None:
    draft = pushed(before)
    assert history_of(draft) == ("prompt_and_session", None, "Be brief.")
    assert draft.notes == ()


@pytest.mark.parametrize("name", ["$temp.messages", "$session.llm.messages", "$client.messages"])
def test_messages_may_be_kept_in_jaicps_own_objects(name: str) -> None:
    draft = pushed(f"{name} = [{BRIEF}, {REQUEST}];", name)
    assert history_of(draft) == ("prompt_and_session", 1, "Be brief.")
    assert draft.notes == ()


@pytest.mark.parametrize(
    ("before", "last"),
    [
        (f"var history = {PAST}.slice(-6); history.unshift({BRIEF});", 6),
        (f"var past = {PAST}; var history = [{BRIEF}].concat(past.slice(-4));", 4),
        (f"var past = {PAST}; past = past.slice(-3); var history = [{BRIEF}, ...past];", 3),
    ],
)
def test_the_last_messages_are_so_many(before: str, last: int) -> None:
    assert history_of(pushed(before)) == ("prompt_and_session", last, "Be brief.")


def test_messages_pushed_one_by_one_begin_the_conversation() -> None:
    draft = pushed(
        f'var history = []; history.push({BRIEF}); history.push({{role: "user", content: "Hi"}}, '
        '{role: "assistant", content: "Hello"});'
    )
    assert draft.initial_messages == (
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello"},
    )
    assert draft.document["system_prompt"] == "Be brief."


def test_two_prompts_are_both_kept() -> None:
    draft = pushed(
        f'var history = {PAST}; history.unshift({BRIEF}); history.unshift({{role: "system", content: "Be kind."}});'
    )
    assert draft.document["system_prompt"] == "Be kind.\n\nBe brief."


def test_a_prompt_behind_the_history_is_kept_with_a_notice() -> None:
    draft = pushed(f"var history = {PAST};\nhistory.push({BRIEF});")
    assert history_of(draft) == ("prompt_and_session", None, "Be brief.")
    (note,) = draft.notes
    assert note.startswith("Line 4: this system message stands behind the history")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (f"history.push({REQUEST});", "Line 4: the user's request is added to a history that ends with it"),
        ('history.push({role: "assistant", content: "Hm"});', "Line 4: this assistant message stands behind"),
        (f"history = history.concat({PAST});", "Line 4: the session's history stands there a second time"),
        (f"history.unshift({REQUEST});", "the user's request stands before the history too"),
    ],
)
def test_what_has_no_place_around_the_history_is_named(line: str, words: str) -> None:
    draft = pushed(f"var history = {PAST};\n{line}")
    assert any(words in note for note in draft.notes), draft.notes


@pytest.mark.parametrize(
    "line",
    [
        "history.pop();",
        "history.splice(2, 1);",
        "history.shift()",
        "history.reverse();",
        f"history[0] = {BRIEF};",
        'history[0].content += "x";',
        f"history[history.length] = {BRIEF};",
        f"if ($session.isNew) {{ history.unshift({BRIEF}); }}",
        f"if ($session.isNew) history.unshift({BRIEF});",
        f"$session.isNew && history.unshift({BRIEF});",
        f"for (var i in x) {{ history.push({BRIEF}); }}",
        f"_.each(x, function(y) {{ history.push({BRIEF}); }});",
    ],
)
def test_what_cannot_be_followed_is_named_with_its_line(line: str) -> None:
    draft = pushed(f"var history = {PAST};\n{line}")
    assert history_of(draft) == ("session", None, "")
    assert [note for note in draft.notes if note.startswith("Line 4: ")], draft.notes


def test_a_condition_on_the_line_before_counts() -> None:
    draft = pushed(f"var history = {PAST};\nif ($session.isNew)\n    history.unshift({BRIEF});")
    assert draft.document["system_prompt"] == ""
    assert any(note.startswith("Line 5: history.unshift(…) was not followed") for note in draft.notes)


def test_what_another_state_adds_is_not_followed_and_is_named() -> None:
    draft = read_document(
        f"state: One\n  script:\n    $session.h = {PAST};\nstate: Two\n  script:\n    $session.h.unshift({BRIEF});\n"
        'state: Three\n  script:\n    $response.replies.push({type: "llmRequest", provider: "CUSTOM_LLM", '
        "messages: $session.h});"
    )
    assert draft.document["system_prompt"] == ""
    assert any(note.startswith("Line 6: $session.h.unshift(…)") for note in draft.notes)


def test_within_one_block_a_condition_is_none() -> None:
    draft = read_document(
        f"state: A\n  script:\n if (x) {{ var h = {PAST}; h.unshift({BRIEF}); "
        '$response.replies.push({type: "llmRequest", provider: "CUSTOM_LLM", messages: h}); }'
    )
    assert draft.document["system_prompt"] == "Be brief."


@pytest.mark.parametrize(
    "change", ["reply.messages = [];", "reply.temperature = 1;", 'reply["model"] = "m";']
)
def test_a_reply_that_is_changed_after_it_is_written_names_the_change(change: str) -> None:
    draft = read_document(
        f'var reply = {{type: "llmRequest", provider: "CUSTOM_LLM", messages: {PAST}}};\n{change}\n'
        "$response.replies.push(reply);"
    )
    assert any(
        note.startswith(f"Line 2: {change[: change.index('=') + 1]} … was not") for note in draft.notes
    ), draft.notes


def test_the_last_of_a_list_with_a_prompt_cannot_be_told_and_is_named() -> None:
    draft = pushed(f"var history = {PAST}; history.unshift({BRIEF});", "history.slice(-4)")
    assert history_of(draft) == ("session", None, "")
    assert any(note.startswith("Line 5: how messages are put together") for note in draft.notes)


def test_lists_that_name_each_other_make_no_more_than_can_be_read() -> None:
    lines = ["var a = [];"] + [
        f"var {chr(98 + n)} = [].concat({', '.join([chr(97 + n)] * 100)});" for n in range(4)
    ]
    with pytest.raises(ValueError, match="name each other too often"):
        pushed("\n".join(lines), "e")


def test_a_change_of_tools_is_named() -> None:
    draft = pushed("var tools = [];\ntools.push(weather);", f"{PAST}, tools: tools")
    assert any(note.startswith("Line 4: tools.push(…) was not followed") for note in draft.notes)


def test_an_unknown_list_is_named_and_the_history_assumed() -> None:
    draft = pushed("", "build($request.query)")
    assert draft.notes == (
        "Line 5: messages: build($request.query) is script, not data; it was left out.",
        "Line 5: how messages are put together could not be followed; the session's history was assumed.",
    )


def test_a_prompt_that_is_partly_script_keeps_its_words() -> None:
    draft = pushed(
        "", f'[{{role: "system", content: "You talk to " + $client.name + ". Be brief."}}].concat({PAST})'
    )
    assert draft.document["system_prompt"] == "You talk to {$client.name}. Be brief."
    assert any("Line 5: {$client.name} in messages[0].content is not in the text" in n for n in draft.notes)


def test_a_message_that_is_script_is_named_among_those_that_are_read() -> None:
    draft = pushed(f"var history = {PAST};\nhistory.unshift({BRIEF}, greeting());")
    assert draft.document["system_prompt"] == "Be brief."
    assert any("Line 4: messages[1]: greeting() is script, not data" in note for note in draft.notes)


def test_content_that_is_script_is_named_with_its_line() -> None:
    draft = pushed("", f'[{{role: "system", content: getPrompt()}}].concat({PAST})')
    assert draft.notes == ("Line 5: messages[0].content: getPrompt() is script, not data; it was left out.",)


COMMENTED = """\
theme: /
    # $response.replies.push({type: "llmRequest", model: "of the theme"});

    state: Ask # the model: "of the state"
        a: Press # or say it's done
        script:
            # before:
            # $response.replies.push({
            #     type: "llmRequest", provider: "CAILA_OPEN_AI",
            #     model: "old" });
            $response.replies.push({
                type: "llmRequest", # not /* this
                provider: "CUSTOM_LLM",
                # model: "older",
                url: "https://llm.example.com/v1#no", # "quote
                /* model: "of a block", # */
                model: "new", // model: "of a line" #
                parameters: {stop: ["#", '# x'], pattern: text.replace(/#/g, "")},
                messages: [] # the end
            });
            # $response.replies.push({type: "llmRequest", model: "last"});
"""


def test_hash_comments_are_no_code() -> None:
    draft = read_document(COMMENTED.replace("#no", ""))
    llm = draft.document["llm"]
    assert (draft.document["persona_name"], llm["model"], llm["provider"]) == ("Ask", "new", "CUSTOM_LLM")
    assert llm["parameters"] == {"stop": ["#", "# x"]}
    assert not any("more llmRequest" in note for note in draft.notes)


def test_a_hash_in_an_address_is_no_comment() -> None:
    with pytest.raises(ValueError, match="can't contain #"):
        read_document(COMMENTED)


def test_a_script_of_comments_alone_has_no_reply() -> None:
    with pytest.raises(ValueError, match="The text is empty"):
        read_document('# $response.replies.push({type: "llmRequest", messages: []});')
