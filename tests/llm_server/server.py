"""The server itself: reads requests, keeps a log of them, and lets the behaviour of a path answer."""

import asyncio
import json
import signal
import sys
import tempfile
from collections import Counter
from contextlib import AsyncExitStack, suppress
from itertools import count
from pathlib import Path

from tests.llm_server import bodies, faults, mirrors, refusals, stories, streams  # noqa: F401 - they fill the table
from tests.llm_server.behaviours import BEHAVIOURS
from tests.llm_server.exchange import (
    HEAD_BYTES,
    ClientLeftError,
    Exchange,
    NoHTTPError,
    Request,
    head,
    read_request,
)
from tests.llm_server.openai_wire import JSON_HEADERS
from tests.llm_server.ports import Authority, full_port, refused_port, reset_connection


class LLMServer:
    """Listens on several ports of 127.0.0.1 while `serve` runs."""

    def __init__(self) -> None:
        self.ports: dict[str, int] = {}
        self.ca_file = ""
        self._requests: list[Request] = []
        self._visits: Counter[str] = Counter()
        self._connections = count(1)
        self._under_way = 0
        """How many answers have begun and not ended, as far as their clients still listen."""
        self._at_rest = asyncio.Event()
        """Set while no answer is under way."""
        self._at_rest.set()

    async def open(self, stack: AsyncExitStack, port: int) -> None:
        """Bind every port; ``stack`` closes them."""
        authority = Authority(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        self.ca_file = str(authority.file)
        contexts = {
            "http": None,
            "tls": authority.context("127.0.0.1"),
            "tls_expired": authority.context("127.0.0.1", age_days=20),
            "tls_self_signed": authority.context("127.0.0.1", is_self_signed=True),
            "tls_wrong_name": authority.context("elsewhere.example"),
        }
        for name, context in contexts.items():
            bound = await asyncio.start_server(
                self._connected,
                "127.0.0.1",
                port if name == "http" else 0,
                ssl=context,
                limit=HEAD_BYTES,
                ssl_handshake_timeout=5 if context else None,
            )
            stack.callback(bound.close)
            self.ports[name] = bound.sockets[0].getsockname()[1]
        resetting = await asyncio.start_server(reset_connection, "127.0.0.1", 0)
        stack.callback(resetting.close)
        self.ports["reset"] = resetting.sockets[0].getsockname()[1]
        self.ports["full"], full_listeners = full_port()
        for each in full_listeners:
            stack.callback(each.close)
        self.ports["refused"] = refused_port()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = next(self._connections)
        try:
            while request := await read_request(connection, reader):
                if not await self._answer(request, reader, writer):
                    break
        except NoHTTPError:
            writer.write(head("400 Bad Request", [("Connection", "close")]))
        except ClientLeftError:
            pass
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Whether the connection may serve another request."""
        if request.path.startswith("/_"):
            exchange = Exchange(request, 1, reader, writer)
            await self._control(exchange)
            return True
        self._requests.append(request)
        self._visits[request.behaviour] += 1
        exchange = Exchange(request, self._visits[request.behaviour], reader, writer)
        self._under_way += 1
        self._at_rest.clear()
        try:
            await BEHAVIOURS.get(request.behaviour, BEHAVIOURS["not-found"])(exchange)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._at_rest.set()
        return exchange.keeps_alive

    async def _control(self, exchange: Exchange) -> None:
        match exchange.request.path:
            case "/_requests":
                state: object = [request.as_json() for request in self._requests]
            case "/_said":
                state = [[request.last_message, "".join(request.said)] for request in self._requests]
            case "/_at_rest":
                await self._at_rest.wait()
                state = None
            case "/_reset":
                self._requests.clear()
                self._visits.clear()
                state = None
            case "/_ports":
                state = self.ports
            case "/_ca":
                state = self.ca_file
            case _:
                state = sorted(BEHAVIOURS)
        await exchange.answer("200 OK", JSON_HEADERS, json.dumps(state).encode())


async def serve(port: int) -> None:
    """Print the port, and serve until told to stop."""
    async with AsyncExitStack() as stack:
        server = LLMServer()
        await server.open(stack, port)
        sys.stdout.write(f"{server.ports['http']}\n")
        sys.stdout.flush()
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        await stopped.wait()
