"""`python -m tests.bench.balancer PORT…`: one address for several servers; each connection goes to the next."""

import asyncio
import sys
from itertools import cycle
from typing import cast

import uvloop

HOST = "127.0.0.1"


class End(asyncio.Protocol):
    """One end of a connection that is passed on: what it receives goes out at the other."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._peer: End | None = None
        self._early = b""

    def joined(self, peer: "End") -> None:
        self._peer = peer
        peer.write(self._early)

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    def close(self) -> None:
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._peer is None:
            self._early += data
        else:
            self._peer.write(data)

    def connection_lost(self, error: Exception | None) -> None:
        if self._peer is not None:
            self._peer.close()


async def main(ports: list[int]) -> None:
    """Listen at a free port, print it, and pass connections on until the process is ended."""
    loop = asyncio.get_running_loop()
    turns = cycle(ports)
    joining: set[asyncio.Task[None]] = set()

    async def join(client: End) -> None:
        _, server = await loop.create_connection(End, HOST, next(turns))
        server.joined(client)
        client.joined(server)

    class Client(End):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            task = loop.create_task(join(self))
            joining.add(task)
            task.add_done_callback(joining.discard)

    listening = await loop.create_server(Client, HOST, 0, backlog=4096)
    sys.stdout.write(f"{listening.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await listening.serve_forever()


if __name__ == "__main__":
    uvloop.run(main([int(port) for port in sys.argv[1:]]))
