"""Personas whose requests show every way in which one is written: what is entered in the form, and what is said.

``steps`` happen in one conversation; the golden file has each request that went out, as the LLM server got it. A shape
without steps is only previewed: its address is nobody's here.
"""

from dataclasses import dataclass
from urllib.parse import quote

from tests.upgrade.contents import JAICP, PROMPT, TAVUS, TOOLS, Values
from tests.upgrade.served import LLM_AT

LLM = f"http://{LLM_AT}"
Steps = tuple[tuple[str, str], ...]
ONE: Steps = (("say", 'Hello! «Привет» \\ "quoted" \u2028 🐺'),)
TWO: Steps = (("say", "One"), ("say", "Two"))
CUT: Steps = (("cut", "Hello"),)
ANSWERED: Steps = (("say", "The weather?"), ("result", '{"temp": 18}'), ("say", "Thanks."))
UNANSWERED: Steps = (("say", "The weather?"), ("say", "Well?"))
CONTEXTS: Steps = (
    ("say", "One"),
    ("append", "She is 7."),
    ("say", "Two"),
    ("overwrite", "New."),
    ("say", "Three"),
)
CLASHING = (
    '{"temperature": 0.9, "top_p": 0.50, "seed": 1e3, "stop": ["a", "Ж"], "model": "x", "messages": [], "n": 2, '
    '"stream": false, "stream_options": {"include_usage": false}, "tools": [], "tool_choice": "none", '
    '"logprobs": true, "logit_bias": {}, "functions": [], "function_call": "none", "audio": {}, "modalities": [], '
    '"response_format": null}'
)
HEADERS = (
    "X-Second: Key {{secret:SECOND_KEY}}, {{secret:OPEN_KEY}}\nX-Word: OPEN_KEY and OPEN_KEYS and SECOND_KEY\n"
    "accept: text/event-stream\nUser-Agent: Mine/1.0\nX-Empty:\nX-Plain: as it stands; q=0.5"
)


@dataclass(frozen=True, slots=True)
class Shape:
    values: Values
    steps: Steps = ONE
    context: str = ""
    fills_in: tuple[tuple[str, str], ...] = ()
    """Values for the context's placeholders on the page that starts a conversation."""


def _tavus(**changes: str) -> Values:
    return TAVUS | changes


def _jaicp(**changes: str) -> Values:
    return JAICP | changes


def _at(path: str, base: Values = TAVUS) -> Shape:
    return Shape(base | {"address": LLM + path})


SHAPES: dict[str, Shape] = {
    "tavus first": Shape(_tavus(), ONE, "You are talking to Maya."),
    "tavus history": Shape(_tavus(), TWO, "Maya."),
    "tavus contexts": Shape(_tavus(), CONTEXTS, "Maya."),
    "tavus no prompt": Shape(_tavus(system_prompt="", context=""), CONTEXTS),
    "tavus prompt alone": Shape(_tavus(context="")),
    "tavus context alone": Shape(_tavus(system_prompt=" \n")),
    "tavus without a secret": Shape(_tavus(token_secret="")),
    "tavus headers": Shape(_tavus(headers=HEADERS)),
    "tavus own authorization": Shape(_tavus(headers="Authorization: Api-Key OPEN_KEY")),
    "tavus conversation header": Shape(_tavus(headers="conversation_id: mine\nContent-Type: text/plain")),
    "tavus clashing": Shape(_tavus(temperature="0.3", parameters=CLASHING)),
    "tavus parameters": Shape(_tavus(parameters=CLASHING)),
    "tavus temperature 0": Shape(_tavus(temperature="0")),
    "tavus temperature 1": Shape(_tavus(temperature="1.0")),
    "tavus stream options": Shape(_tavus(stream_options='{"include_usage": true}'), TWO),
    "tavus tools": Shape(_tavus(tools=TOOLS, parameters='{"top_p": 1}')),
    "tavus answered": Shape(_tavus(tools=TOOLS, address=f"{LLM}/tool-call/v1"), ANSWERED, "Maya."),
    "tavus unanswered": Shape(_tavus(tools=TOOLS, address=f"{LLM}/tool-call/v1"), UNANSWERED),
    "tavus signed call": Shape(_tavus(tools=TOOLS, address=f"{LLM}/signed-call/v1"), UNANSWERED),
    "tavus placeholders": Shape(
        _tavus(),
        CUT,
        "Talking to {user_name}, {age}. Not {user_name!}.",
        (("user_name", "Maya {age}"), ("age", "7")),
    ),
    "tavus caila provider": Shape(_tavus(provider="CAILA_OPEN_AI")),
    "tavus jaicp settings": Shape(_tavus(history_mode="last_request", history_last="1", event_name="e"), TWO),
    "tavus echo": Shape(_tavus(), (("echo", "Verbatim."), ("say", "One"))),
    "jaicp first": Shape(_jaicp(), ONE, "Maya."),
    "jaicp prompt and session": Shape(_jaicp(), CONTEXTS, "Maya."),
    "jaicp session": Shape(_jaicp(history_mode="session"), CONTEXTS, "Maya."),
    "jaicp last request": Shape(_jaicp(history_mode="last_request"), CONTEXTS, "Maya."),
    "jaicp last 2": Shape(_jaicp(history_last="2"), (*TWO, ("say", "Three"))),
    "jaicp session last 1": Shape(_jaicp(history_mode="session", history_last="1"), TWO),
    "jaicp bearer assumed": Shape(_jaicp(headers="X-Plain: 1")),
    "jaicp headers": Shape(_jaicp(headers=HEADERS)),
    "jaicp clashing": Shape(_jaicp(temperature="0.3", parameters=CLASHING, tools=TOOLS)),
    "jaicp stream options": Shape(_jaicp(stream_options='{"include_usage": true, "x": 1}')),
    "jaicp answered": Shape(_jaicp(tools=TOOLS, address=f"{LLM}/tool-call/v1/chat/completions"), ANSWERED),
    "jaicp unanswered": Shape(
        _jaicp(tools=TOOLS, address=f"{LLM}/tool-call/v1/chat/completions"), UNANSWERED
    ),
    "jaicp caila": Shape(
        _jaicp(provider="CAILA_OPEN_AI", tools=TOOLS, temperature="0.6", parameters=CLASHING), TWO
    ),
    "jaicp caila without a secret": Shape(_jaicp(provider="CAILA_OPEN_AI", token_secret="", headers="")),
    "address slash": _at("/ok/v1/"),
    "address slashes": _at("/ok/v1//"),
    "address query": _at("/ok/v1?api-version=2024-10-21&a=b%20c"),
    "address slash query": _at("/ok/v1/?a=1"),
    "address whole": _at("/ok/v1/chat/completions"),
    "address whole query": _at("/ok/v1/chat/completions?a=1"),
    "address escapes": _at("/ok/a%20b%2Fc%C3%A9/~x;p=1/v1?q=%7E+%2B"),
    "address bare": _at("/ok"),
    "jaicp address slash": _at("/ok/v1/", JAICP),
    "jaicp address query": _at("/ok/v1/chat/completions?a=1&a=2&b", JAICP),
    "jaicp address escapes": _at("/ok/a%20b%2fc/%D0%B6?q=%zz", JAICP),
    "own address": Shape(
        PROMPT
        | {"platform": "tavus", "address": "/demo/v1", "model": "demo-echo", "token_secret": "DEMO_LLM_KEY"}
    ),
    "jaicp own address": Shape(
        PROMPT
        | {
            "platform": "jaicp",
            "address": "/demo/v1/chat/completions",
            "model": "demo-echo",
            "token_secret": "DEMO_LLM_KEY",
            "headers": "Authorization: Bearer DEMO_LLM_KEY\nX-Key: DEMO_LLM_KEY",
        },
        CUT,
    ),
    "preview international": Shape(_tavus(address="https://bücher.example.org:8443/v1"), ()),
    "preview punycode": Shape(_jaicp(address="https://xn--bcher-kva.example.org/v1/chat/completions"), ()),
    "preview upper case": Shape(_tavus(address="HTTPS://LLM.Example.ORG/V1"), ()),
    "preview literal": Shape(_jaicp(address="http://[2001:db8::1]:8080/v1/" + quote("ж")), ()),
    "preview placeholder": Shape(_tavus(address="<your-url>"), ()),
    "preview default port": Shape(_tavus(address="https://llm.example.org:443/v1"), ()),
}
"""By what is special about it."""
