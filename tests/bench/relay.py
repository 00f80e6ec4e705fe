"""`python -m tests.bench.relay PORT LLM_URL`: the least that does the job, for comparison.

A conversation's socket takes the same command as Greenroom's, and gives the same events of deltas and sentences; no
user, no database, no limits, no secrets, no history.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator

import aiohttp
import orjson
import uvloop
from aiohttp import web

HOST = "127.0.0.1"
SENTENCE_END = re.compile(r"[.!?]+\s+")
LLM_URL = web.AppKey("llm_url", str)
LLM_CLIENT = web.AppKey("llm_client", aiohttp.ClientSession)


async def health(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def conversation(request: web.Request) -> web.WebSocketResponse:
    """Answer each command of the socket with a completion."""
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    await socket.send_json({"event_type": "playground.snapshot", "properties": {"earlier": 0}})
    async for message in socket:
        if message.type is aiohttp.WSMsgType.TEXT:
            await relay(request.app, orjson.loads(message.data)["properties"]["text"], socket)
    return socket


async def relay(app: web.Application, words: str, socket: web.WebSocketResponse) -> None:
    """Send the deltas and sentences of one completion, each as a frame."""
    body = {"model": "bench", "stream": True, "messages": [{"role": "user", "content": words}]}
    text = ""
    spoken = 0
    async with app[LLM_CLIENT].post(app[LLM_URL], json=body) as response:
        async for data in events(response.content):
            delta = orjson.loads(data)["choices"][0]["delta"].get("content")
            if not delta:
                continue
            await send(socket, "playground.delta", text=delta, offset=len(text))
            text += delta
            for end in SENTENCE_END.finditer(text, spoken):
                await send(socket, "playground.sentence", text=text[spoken : end.end()])
                spoken = end.end()
    await send(socket, "playground.turn.completed", text=text)


async def events(stream: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """Yield the data of each server-sent event up to the last."""
    waiting = b""
    async for received in stream.iter_any():
        *whole, waiting = (waiting + received).split(b"\n\n")
        for event in whole:
            data = event.removeprefix(b"data: ")
            if data != b"[DONE]":
                yield data


async def send(socket: web.WebSocketResponse, event_type: str, **properties: object) -> None:
    await socket.send_str(orjson.dumps({"event_type": event_type, "properties": properties}).decode())


async def with_client(app: web.Application) -> AsyncIterator[None]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
        app[LLM_CLIENT] = client
        yield


async def main(port: int, llm_url: str) -> None:
    """Listen at the port, or a free one for 0, print it, and serve until the process is ended."""
    app = web.Application()
    app[LLM_URL] = f"{llm_url}/chat/completions"
    app.cleanup_ctx.append(with_client)
    app.add_routes([web.get("/health/", health), web.get("/ws/conversations/{conversation}/", conversation)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port, backlog=4096).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), sys.argv[2]))
