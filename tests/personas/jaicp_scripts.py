"""JAICP's documents and scripts, as several tests need them."""

from typing import Any

from hypothesis import strategies as st

NO_LLM: dict[str, Any] = {
    "platform": "jaicp",
    "provider": "CUSTOM_LLM",
    "address": "",
    "model": "",
    "token_secret": "",
    "headers": [],
    "temperature": None,
    "parameters": {},
    "tools": [],
    "event_name": "",
    "history_mode": "session",
    "history_last": None,
    "stream_options": None,
}
FILLER = {
    "name": "",
    "fillerPhrase": "",
    "fillerPhrasesList": ["Great question!", "Just a moment"],
    "activationDelayMs": 1000,
}


def document(**changes: Any) -> dict[str, Any]:
    llm = NO_LLM | changes.pop("llm", {})
    return {
        "persona_name": "JAICP reply",
        "system_prompt": "",
        "context": "",
        "default_replica_id": "",
        "llm": llm,
        "barge_in": {},
        "filler": None,
        "tts": None,
        "vqa": None,
        "other_layers": {},
        "other_keys": {},
    } | changes


def pushed(members: str, before: str = "", after: str = "") -> str:
    return f'{before}$response.replies.push({{\ntype: "llmRequest", provider: "CUSTOM_LLM",\n{members}\n}});\n{after}'


YANDEX = document(
    persona_name="NoMatch",
    filler=FILLER,
    llm={
        "address": "https://llm.api.cloud.yandex.net/v1/chat/completions",
        "model": "gpt://folder12345/yandexgpt",
        "token_secret": "MY_TOKEN",
        "headers": [["Authorization", "Api-Key MY_TOKEN"]],
        "temperature": 0.6,
        "parameters": {"maxTokens": 150},
    },
)


TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=40)
NAMES = (
    st.from_regex(r"[A-Za-z0-9_. -]{1,30}", fullmatch=True)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
WORDS = st.from_regex(r"[a-z]{1,12}", fullmatch=True)
PHRASES = TEXTS.filter(lambda text: bool(text.strip()))
VALUES = TEXTS | st.integers(-1000, 1000) | st.booleans() | st.lists(TEXTS, max_size=3)
TOOLS = st.lists(WORDS, max_size=3, unique=True).map(
    lambda names: [{"type": "function", "function": {"name": name, "parameters": {}}} for name in names]
)
FILLERS = st.builds(
    lambda phrase, phrases, delay_ms: {
        "name": "",
        "fillerPhrase": phrase,
        "fillerPhrasesList": phrases,
        "activationDelayMs": delay_ms,
    },
    PHRASES,
    st.lists(PHRASES, max_size=3),
    st.integers(0, 60_000),
)
BARGE_IN = st.fixed_dictionaries(
    {},
    optional={
        "bargeIn": st.sampled_from(["disabled", "forced", "phrase"]),
        "noInterruptTime": st.integers(0, 10_000),
        "bargeInReply": st.dictionaries(WORDS, VALUES),
    },
)


HISTORIES = [
    ("last_request", None),
    ("session", None),
    ("session", 4),
    ("prompt_and_session", None),
    ("prompt_and_session", 1),
]


@st.composite
def jaicp_documents(draw: st.DrawFn) -> dict[str, Any]:
    """Return every document that JAICP's format can hold."""
    secret = draw(st.sampled_from(["", "MY_TOKEN"]))
    mode, last = draw(st.sampled_from(HISTORIES))
    llm = {
        "provider": draw(st.sampled_from(["CUSTOM_LLM", "CAILA_OPEN_AI"])),
        "address": draw(st.sampled_from(["", "https://a.example/v1/chat/completions", "your-url"])),
        "model": draw(TEXTS),
        "token_secret": secret,
        "headers": [["Authorization", f"Api-Key {secret}"]] if secret and draw(st.booleans()) else [],
        "temperature": draw(st.none() | st.floats(0, 1)),
        "parameters": draw(st.dictionaries(TEXTS, VALUES, max_size=3)),
        "tools": draw(TOOLS),
        "event_name": draw(st.sampled_from(["", "myEvent"])),
        "history_mode": mode,
        "history_last": last,
    }
    return document(
        persona_name=draw(NAMES),
        system_prompt=draw(PHRASES) if mode == "prompt_and_session" else "",
        llm=llm,
        filler=draw(st.none() | FILLERS),
        barge_in=draw(BARGE_IN),
        other_keys=draw(st.dictionaries(WORDS.map("x_{}".format), VALUES, max_size=2)),
    )
