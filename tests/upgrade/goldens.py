"""Collects the golden texts of a served copy of the stored database, without anything that differs between runs."""

import asyncio
import base64
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from playground.engine.json_types import Json
from tests.upgrade import contents, shapes
from tests.upgrade.clients import Browser, Script
from tests.upgrade.contents import SECRETS, Talk
from tests.upgrade.pages import Attributes, form_of, lines, part_with_id, parts, sentences
from tests.upgrade.served import API_KEYS_FILE, KEYS, Served
from tests.upgrade.shapes import Shape
from tests.upgrade.talking import begin, step

Golden = dict[str, str]
"""A file's path below ``golden/``, and its text."""

PLATFORMS = ("tavus", "jaicp")
FORMATS = ("curl", "python")
"""What is downloaded; the platforms' own documents are read from the page."""
ENDS = ("playground.turn.completed", "playground.turn.interrupted", "playground.turn.failed")
ASKING = ("user", "continuation")
"""The kinds of turns that ask the LLM."""
FRAMES_OF = ("Tavus at once", "Tavus echo pipeline", "JAICP phrase")
SPOKEN = (
    "conversation.started_speaking",
    "conversation.stopped_speaking",
    "playground.speech",
    "playground.filler",
)
"""Events of the speaker, which goes at its own pace: the clock decides where they stand among the others."""
OF_A_SLOW_MACHINE = "playground.request_moved"
"""Told of a request only if a phase of it lasts."""


def collect(site: Served) -> Golden:
    """Read everything, then let every conversation go on, then bring every version back."""
    return asyncio.run(Collection(site).collect())


class Collection:
    """One pass over the site, which changes it."""

    def __init__(self, site: Served) -> None:
        keys = json.loads(API_KEYS_FILE.read_text())
        self._site = site
        self._browser = Browser(site, site.link)
        self._window = self._browser.another_window()
        """Where personas are read, while conversations go on in the other one."""
        self._admin = Script(site, keys["admin"])
        self._keys = keys
        self._found: Golden = {}
        self._form = form_of(self._browser.get("/personas/new/"))

    async def collect(self) -> Golden:
        self._site_pages()
        await asyncio.gather(asyncio.to_thread(self._personas), self._conversations())
        return self._found

    def _personas(self) -> None:
        personas = _with_files(self._admin.personas(), "persona_name")
        for file, persona in personas:
            self._keep(f"personas/{file}", self._persona(persona))
        for file, persona in personas:
            self._keep(f"versions/{file}", self._versions(persona))

    async def _conversations(self) -> None:
        for file, conversation in _with_files(self._admin.conversations(), "conversation_name"):
            self._keep(f"conversations/{file}", await self._conversation(conversation))
        for persona, persona_id in self._admin.persona_ids().items():
            if persona in FRAMES_OF:
                self._keep(f"frames/{_slug(persona)}.json", _pretty(await self._frames(persona_id)))
        for name, shape in shapes.SHAPES.items():
            self._keep(f"requests/{_slug(name)}.txt", await self._shape(name, shape))

    def _keep(self, name: str, text: str) -> None:
        assert name not in self._found, f"Two of the stored things would be {name}."
        self._found[name] = _without_secrets(self._site.settled(text))

    # What stands on pages

    def _site_pages(self) -> None:
        self._keep("wire.txt", lines(_main_of(self._browser.get("/docs/wire/"))) + "\n")
        self._keep(
            "people.txt", re.sub(r"\d+\s\w+ ago", "a moment ago", _rows(self._browser.get("/people/")))
        )
        self._keep("fillers.txt", _rows(self._browser.get("/fillers/")))
        self._keep("secrets.txt", self._secrets())
        self._keep(
            "api_keys.txt", _sections(_who(name, Script(self._site, key)) for name, key in self._keys.items())
        )

    def _secrets(self) -> str:
        """Name, state, last four characters and hosts of each token secret, as the admin lists them."""
        page = self._browser.get("/admin/personas/tokensecret/")
        columns = [_cells(page, f"field-{name}") for name in ("name", "state", "last_four_shown", "hosts")]
        return "".join(" · ".join(row) + "\n" for row in zip(*columns, strict=True))

    def _persona(self, persona: Json) -> str:
        path = f"/personas/{persona['persona_id']}"
        shown = {key: value for key, value in persona.items() if key != "updated_at"}
        editor = self._window.get(f"{path}/?preview_as=curl&conversational_context=Maya.")
        sections = [("as the API gives it", _pretty(shown)), ("its notices", _notes(editor))]
        sections.append(("previewed", part_with_id(editor, "preview-request")))
        sections.append(("its departures", _departures(editor)))
        sections += [
            (f"exported as {name}", self._window.get(f"{path}/export/file/?format={name}"))
            for name in FORMATS
        ]
        return _sections([*sections, *self._exports(path)])

    def _exports(self, path: str) -> Iterator[tuple[str, str]]:
        """Yield each platform's document as the page shows it, with the notes on the conversion."""
        for name in PLATFORMS:
            page = self._window.get(f"{path}/export/?format={name}")
            losses = parts(page, lambda _, attributes: attributes.get("aria-labelledby") == "differences")
            yield f"shown as {name}", part_with_id(page, "export-text")
            yield f"becoming {name}", lines("\n".join(losses))

    # Conversations

    async def _conversation(self, conversation: Json) -> str:
        conversation_id, name = conversation["conversation_id"], conversation["conversation_name"]
        for page in ("playground", "conversations"):
            self._browser.get(f"/{page}/{conversation_id}/")
        verbose = self._admin.call("GET", f"/v2/conversations/{conversation_id}?verbose=true")
        verbose.pop("updated_at")
        shown = _pretty(verbose)
        if name == contents.OPEN_TALK:
            shown = shown.replace(verbose["events"][-1]["timestamp"], "WHEN THE SERVER STARTED")
        sections = [("as the API gives it", shown)]
        async with self._admin.viewing(conversation_id) as client:
            snapshots = await client.snapshot_parts()
        sections.append(("as the socket shows it", _pretty(snapshots)))
        turns = [turn for part in snapshots for turn in part["turns"] if turn["kind"] in ASKING]
        if turns:
            last = max(turns, key=lambda turn: turn["turn_idx"])
            sections += self._requests_of(last["turn_id"], f"turn {last['turn_idx']}")
        next_step = contents.CUT if name == contents.OPEN_TALK else contents.TALKS[name].next_step
        if next_step[0]:
            sections += await self._steps(conversation_id, (next_step,))
        return _sections(sections)

    def _requests_of(self, turn_id: str, title: str) -> Iterator[tuple[str, str]]:
        """Yield the turn's request as each platform would send it, with the curl command and the differences."""
        for platform in PLATFORMS:
            view = json.loads(self._browser.get(f"/playground/turns/{turn_id}/request/?platform={platform}"))
            del view["powershell"], view["body_text"]  # the curl command in other quotes, and the body in it
            yield f"{title} as {platform}", _pretty(view)

    async def _steps(self, conversation_id: str, steps: shapes.Steps) -> list[tuple[str, str]]:
        """Return the requests sent and how each turn ended."""
        sections, last = [], ""
        for place, (what, text) in enumerate(steps):
            self._site.llm.reset()
            events = await step(self._admin, conversation_id, what, text)
            title = f"step {place}, {what}"
            for event in events:
                if event["event_type"] == "playground.request":
                    sections.append((f"{title}: request", _pretty(event["properties"]["request"])))
            for request in self._site.llm.requests():
                sections.append(
                    (f"{title}: as it arrived", _as_arrived(request).replace(conversation_id, "CONVERSATION"))
                )
            ends = [event for event in events if event["event_type"] in ENDS]
            sections += [(f"{title}: end", _end(event)) for event in ends]
            started_turns = [
                event["properties"] for event in events if event["event_type"] == "playground.turn.started"
            ]
            last = next((turn["turn_id"] for turn in started_turns if turn["kind"] in ASKING), last)
        if last and len(steps) > 1:
            sections += self._requests_of(last, "the last turn")
        return [(title, _masked(text.replace(conversation_id, "CONVERSATION"))) for title, text in sections]

    async def _frames(self, persona_id: str) -> list[Json]:
        """Return the events of three turns with instant speech, keys in order; then one speaker event of each type."""
        conversation_id = begin(self._admin, persona_id, "", Talk("", ()))
        async with self._admin.viewing(conversation_id) as client:
            await client.send("conversation.respond", text="Tell me about the wolf.", client_msg_id="m1")
            closed = await client.until_closed()
            for call in closed["tool_calls"]:
                await client.send("conversation.tool_result", tool_call_id=call["id"], output="18 degrees")
                await client.until_closed()
            await client.send("conversation.echo", text="Word for word.")
            await client.until_closed()
        spoken = {event["event_type"]: event for event in client.events if event["event_type"] in SPOKEN}
        left_out = (*SPOKEN, OF_A_SLOW_MACHINE)
        others = [event for event in client.events if event["event_type"] not in left_out]
        return [_frame(event) for event in (*_merged(others), *(spoken[name] for name in sorted(spoken)))]

    # Versions

    def _versions(self, persona: Json) -> str:
        """Return the exports of each restored version; the newest is in the persona's own file."""
        path = f"/personas/{persona['persona_id']}"
        listed = _versions_of(self._window.get(f"{path}/versions/"))
        sections = [("versions", "".join(f"{row}\n" for row in listed))]
        for number in range(1, len(listed)):
            page = self._window.post(f"{path}/versions/{number}/restore/", {})
            sections.append((f"version {number}: notices", _notes(page)))
            sections += [(f"version {number}: {title}", text) for title, text in self._exports(path)]
        return _sections(sections)

    # Shapes

    async def _shape(self, name: str, shape: Shape) -> str:
        values = {field: self._site.addressed(value) for field, value in shape.values.items()}
        typed = self._form.filled_in({"persona_name": name} | values)
        if not shape.steps:
            page = self._browser.post("/personas/preview/", typed | {"preview_as": "curl"})
            return _sections(
                [("previewed", part_with_id(page, "preview-request")), ("its departures", _departures(page))]
            )
        persona_path = self._browser.save("/personas/new/", typed)
        conversation_id = self._begun(persona_path.split("/")[2], name, shape)
        return _sections(await self._steps(conversation_id, shape.steps))

    def _begun(self, persona_id: str, name: str, shape: Shape) -> str:
        if not shape.fills_in:
            return begin(self._admin, persona_id, name, Talk("", (), context=shape.context))
        filled = {f"value-{identifier}": value for identifier, value in shape.fills_in}
        typed = {"persona": persona_id, "conversational_context": shape.context} | filled
        return self._browser.save("/playground/start/", typed).split("/")[2]


def _with_files(stored: list[Json], name_key: str) -> list[tuple[str, Json]]:
    """Return each with the name of its golden file, numbered if the name repeats."""
    counts: Counter[str] = Counter()
    named = []
    for row in stored:
        slug = _slug(row[name_key])
        counts[slug] += 1
        named.append((f"{slug}-{counts[slug]}.txt" if counts[slug] > 1 else f"{slug}.txt", row))
    return named


def _slug(name: str) -> str:
    return re.sub(r"\W+", "-", name.lower()).strip("-") or "nameless"


def _pretty(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)


def _sections(sections: Any) -> str:
    return "".join(f"=== {title}\n{text}\n" for title, text in sections)


def _main_of(page: str) -> str:
    return "\n".join(parts(page, lambda tag, _: tag == "main"))


def _rows(page: str) -> str:
    rows = sentences(page, lambda tag, _: tag == "tr")
    return "".join(f"{row}\n" for row in rows)


def _cells(page: str, css_class: str) -> list[str]:
    return sentences(page, lambda _, attributes: css_class in attributes.get("class", "").split())


def _versions_of(page: str) -> list[str]:
    """The name of each version and whether it is the present one, the newest first."""
    return sentences(page, lambda tag, attributes: tag == "th" and attributes.get("data-label") == "Version")


def _notes(page: str) -> str:
    def is_notice(tag: str, attributes: Attributes) -> bool:
        classes = attributes.get("class", "").split()
        return (tag == "li" and ("remark" in classes or "notice" in classes)) or attributes.get(
            "id"
        ) == "editor-notices"

    return "\n".join(filter(None, sentences(page, is_notice)))


def _departures(page: str) -> str:
    return lines(
        "\n".join(
            parts(page, lambda tag, attributes: tag == "ul" and attributes.get("class") == "departures")
        )
    )


def _who(name: str, script: Script) -> tuple[str, str]:
    return name, f"{len(script.personas())} personas, {len(script.conversations())} conversations"


def _as_arrived(request: Json) -> str:
    head = [
        f"{request['method']} {request['target']}",
        *(f"{name}: {value}" for name, value in request["headers"]),
    ]
    return "\n".join(head) + "\n\n" + base64.b64decode(request["body_base64"]).decode()


def _end(event: Json) -> str:
    """Return how a turn closed, without its timings; one that was cut, without what had come by then."""
    properties = event["properties"]
    if event["event_type"] == "playground.turn.interrupted":
        return str(event["event_type"])
    end = {key: properties[key] for key in ("text", "heard_text", "tool_calls", "finish_reason", "error")}
    return _pretty({"event_type": event["event_type"]} | end)


def _merged(events: list[Json]) -> Iterator[Json]:
    """Consecutive events of a type once: how many deltas a text comes in is the clock's doing."""
    before = ""
    for event in events:
        if event["event_type"] != before:
            yield event
        before = event["event_type"]


def _frame(event: Json) -> Json:
    fixed = ("message_type", "event_type", "turn_idx")
    return {
        "envelope": {key: event[key] if key in fixed else "…" for key in event},
        "properties": _shape_of(event["properties"]),
    }


def _shape_of(value: object) -> object:
    """Keys in their order, and in place of values what kind they are."""
    if isinstance(value, dict):
        return {key: _shape_of(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shape_of(value[0])] if value else []
    return "null" if value is None else type(value).__name__


def _masked(text: str) -> str:
    """Without the ids and times that are made while the test runs."""
    return re.sub(r"\bt[0-9a-f]{12}\b", "TURN", text)


def _without_secrets(text: str) -> str:
    for name, (value, _) in SECRETS.items():
        text = text.replace(value, f"<the value of {name}>")
    return text.replace(KEYS["demo_llm_key"], "<the value of DEMO_LLM_KEY>")
