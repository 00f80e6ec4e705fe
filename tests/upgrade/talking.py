"""Runs one step of a conversation to its end, over the API or its socket."""

import asyncio

from playground.engine.json_types import Json
from tests.upgrade.clients import Script
from tests.upgrade.contents import CALL_ID, Talk

LISTENING_S = 1.2
"""How long somebody listens before cutting in, when the database is made."""
COMMANDS = {
    "echo": ("conversation.echo", "text"),
    "append": ("conversation.append_llm_context", "context"),
    "overwrite": ("conversation.overwrite_llm_context", "context"),
}


def begin(script: Script, persona_id: str, name: str, talk: Talk) -> str:
    """Return the id of a new conversation."""
    request: Json = {"persona_id": persona_id, "conversation_name": name, "replica_id": "r123456789"}
    if talk.context:
        request["conversational_context"] = talk.context
    if talk.greeting:
        request["custom_greeting"] = talk.greeting
    if talk.is_instant:
        request["properties"] = {"simulated_speech": "instant", "filler_seed": 7}
    return str(script.call("POST", "/v2/conversations", request)["conversation_id"])


async def step(script: Script, conversation_id: str, what: str, text: str) -> list[Json]:
    """Return the following events, up to the turn's end if one began."""
    if what == "say":
        return await asyncio.to_thread(script.say, conversation_id, text)
    if what == "end":
        await asyncio.to_thread(script.call, "POST", f"/v2/conversations/{conversation_id}/end")
        return []
    async with script.viewing(conversation_id) as client:
        await client.snapshot_parts()
        if what in COMMANDS:
            event_type, key = COMMANDS[what]
            await client.send(event_type, **{key: text})
        if what == "wait":
            turns = client.events[0]["properties"]["turns"]
            is_settled = bool(turns) and turns[-1]["status"] == "completed" and not turns[-1]["tool_calls"]
            if not is_settled:
                await client.until_closed()
        elif what == "echo":
            await client.until_closed()
        elif what in ("append", "overwrite"):
            await client.send("playground.resume", seq=0)
            await client.until("playground.snapshot")
        elif what == "result":
            await client.send("conversation.tool_result", tool_call_id=CALL_ID, output=text)
            await client.until_closed()
        elif what == "cut":
            await client.send("conversation.respond", text=text)
            await client.until("playground.response")
            await client.send("conversation.interrupt")
            await client.until_closed()
        elif what == "interrupt":
            await client.send("conversation.respond", text=text)
            await client.until("playground.speech", where=lambda speech: speech["state"] == "playing")
            await asyncio.sleep(LISTENING_S)
            await client.send("conversation.interrupt")
            await client.until_closed()
        return client.events[1:]
