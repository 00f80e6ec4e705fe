"""Detects tool calls and template tokens that a server left in an answer's text, and advises on them.

Every client takes them for text: a caller hears them, and no function is called.
"""

import re
from collections.abc import Collection

_CALL_TAGS = re.compile(
    r"<(?:/?+(?=[mtfsia])(?:minimax:)?+"
    r"(?:tool_calls?|function_calls?|toolcall|start_function_call|tool_code|invoke|antml:invoke)"
    r"(?:\s[^<>\n]{0,80})?>|function=[\w.-]{1,64}>|\|python_tag\|>|[|｜][\w▁]{0,24}tool[_▁\w]{0,32}[|｜]>)"
    r"|\[(?:TOOL_CALLS|/?TOOL_REQUEST)\]|functools\[|```tool_(?:call|code)s?\b",
    re.IGNORECASE,
)
"""Hermes and Qwen, Llama, Mistral, DeepSeek, Kimi, MiniMax, Gemma, Claude."""
_CHANNEL = re.compile(
    r"\bto=functions\.[\w.-]{1,64}|<\|(?:channel|start|message|call|constrain|return)\|>"
    r"|\bassistant(?:commentary|analysis|final)\b"
)
"""The channel syntax (harmony) of OpenAI's gpt-oss."""
_TEMPLATE = re.compile(
    r"<(?:[|｜][a-z][\w▁ ]{0,30}[|｜]>|/(?:(?:start|end)_of_turn>|s>\s*\Z)|<SYS>>|(?=[se])(?:start|end)_of_turn>)"
    r"|\[/?INST\]",
    re.IGNORECASE,
)
_CALLED_IN_JSON = re.compile(
    r'"(?:name|function|function_name|tool|tool_name|recipient_name|action)"\s{0,8}:\s{0,8}"(?:functions\.)?([\w.-]{1,64})"'
)
_ARGUMENTS = re.compile(
    r'"(?:arguments|parameters|args|input|tool_input|action_input|params|kwargs)"\s{0,8}:'
)
_CALLED_IN_CODE = re.compile(
    r"\s*+(?:\[\s*+)?(?:print\()?(?:default_api\.|functions\.)?([\w.-]{1,64})\(.*\)[\s\])]*", re.DOTALL
)
_SHOWN_CHARS = 60

_PARSER = (
    "A caller hears it and no function is called: have the server parse the model's calls (in vLLM "
    "--enable-auto-tool-choice with the --tool-call-parser of the model; in llama.cpp --jinja)."
)


def notes_on_leaks(text: str, functions: Collection[str]) -> list[str]:
    """Return notes on leaked markup in an answer's text. ``functions``: the names offered to the model."""
    notes: list[str] = []
    channel, tag = _CHANNEL.search(text), _CALL_TAGS.search(text)
    if tag:
        notes.append(f"A tool call stands in the text of the answer ({_shown(tag[0])}). {_PARSER}")
    if channel:
        notes.append(
            f"Channel syntax (gpt-oss) stands in the text of the answer ({_shown(channel[0])}). A caller hears it, "
            "and a call in it never reaches the client: update the server, or turn on its parser for this model "
            "(harmony, openai)."
        )
    name = _called_in_text(text, functions) if not (tag or channel) else ""
    if name:
        notes.append(f"The text of the answer is a call of {name}, not a tool call. {_PARSER}")
    template = _template_token(text)
    if template:
        notes.append(
            f"A token of the model's chat template stands in the text of the answer ({_shown(template)}), and a "
            "caller hears it: give the server the right chat template, or name the token in its stop list."
        )
    return notes


def _template_token(text: str) -> str:
    """Return the first token of neither a call nor a channel; ``</s>`` after ``<s>`` is HTML's strikethrough."""
    for match in _TEMPLATE.finditer(text):
        token = match[0].strip()
        is_struck = token == "</s>" and "<s>" in text
        if not (is_struck or _CHANNEL.match(token) or _CALL_TAGS.match(token)):
            return token
    return ""


def _called_in_text(text: str, functions: Collection[str]) -> str:
    """Return the offered function that the text calls, in JSON or in code."""
    if not functions:
        return ""
    if "{" in text and _ARGUMENTS.search(text):
        for match in _CALLED_IN_JSON.finditer(text):
            if match[1] in functions:
                return match[1]
    code = _CALLED_IN_CODE.match(text) if text.rstrip().endswith((")", "]")) else None
    return code[1] if code and code[1] in functions else ""


def _shown(token: str) -> str:
    line = " ".join(token.split())
    return line if len(line) <= _SHOWN_CHARS else line[: _SHOWN_CHARS - 1] + "…"
