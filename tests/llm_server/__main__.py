"""``python -m tests.llm_server --port 0``: prints the port, serves until interrupted."""

import argparse
import asyncio
from contextlib import suppress

from tests.llm_server.server import serve

parser = argparse.ArgumentParser(description="An OpenAI-compatible server for tests")
parser.add_argument("--port", type=int, default=0, help="0: any free one")
with suppress(KeyboardInterrupt):
    asyncio.run(serve(parser.parse_args().port))
