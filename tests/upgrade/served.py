"""Runs the site on a data folder of its own, and the LLM server that its personas call, each in its own process."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from tests.browser.site import ROOT, STOPPING_S, environment, free_port
from tests.llm_server.fixture import LLMServerHandle

HERE = Path(__file__).parent
DATABASE = HERE / "greenroom.sqlite3"
GOLDEN = HERE / "golden"
API_KEYS_FILE = HERE / "api_keys.json"

SITE_URL = "http://greenroom.test:8765"
"""What the site says of itself, wherever it listens: golden files hold no port of a run."""
LLM_AT = "127.0.0.1:18999"
"""Where the stored personas' LLM is. The port of a run has as many digits, and takes its place in a copy."""
KEYS = {
    "secret_key": "only-for-the-database-of-the-upgrade-test-" * 2,
    "encryption_keys": "Zm9yIHRoZSB1cGdyYWRlIGZpeHR1cmUgb25seSAuLi4=",
    "demo_llm_key": "sk-demo-only-for-the-upgrade-test",
}
"""What stands in the files of ``keys/``. They open this one database and nothing else."""


@dataclass(frozen=True, slots=True)
class Served:
    """The running site and the LLM server beside it."""

    url: str
    link: str
    """A sign-in link for the first admin, not used yet."""
    data: Path
    process_id: int
    llm: LLMServerHandle

    @property
    def llm_at(self) -> str:
        return f"127.0.0.1:{self.llm.port}"

    def settled(self, text: str) -> str:
        """Return the text with the LLM's usual port in place of this run's."""
        return text.replace(self.llm_at, LLM_AT)

    def addressed(self, text: str) -> str:
        """Return the text with this run's port of the LLM in place of its usual one."""
        return text.replace(LLM_AT, self.llm_at)

    def manage(self, *arguments: str) -> str:
        """Return the output of a management command beside the running site."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=_environment(self.data, self.llm, 0),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()


def write_keys(data: Path) -> None:
    (data / "keys").mkdir(parents=True)
    for name, value in KEYS.items():
        (data / "keys" / name).write_text(value + "\n")


def copy_database(data: Path, llm: LLMServerHandle) -> None:
    """Lay out the data folder with a copy of the stored database whose personas call this run's LLM server."""
    write_keys(data)
    (data / "data").mkdir()
    stored = DATABASE.read_bytes()
    copied = stored.replace(LLM_AT.encode(), f"127.0.0.1:{llm.port}".encode())
    assert len(copied) == len(stored), "The LLM server's port has not five digits."
    (data / "data" / "greenroom.sqlite3").write_bytes(copied)


@contextmanager
def running_llm_server() -> Iterator[LLMServerHandle]:
    command = [sys.executable, "-m", "tests.llm_server", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with urlopen(f"http://127.0.0.1:{port}/_ports", timeout=10) as answer:
            ports = json.load(answer)
        try:
            yield LLMServerHandle(port, ports, "")
        finally:
            process.terminate()


@contextmanager
def running_site(data: Path, llm: LLMServerHandle) -> Iterator[Served]:
    """Migrate what the folder holds and serve it, as `manage.py run --debug` does."""
    port = free_port()
    with (data / "server.log").open("a") as errors:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "run", "--debug"],
            cwd=ROOT,
            env=_environment(data, llm, port),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        url, link = _announced(server, data)
        yield Served(url, link, data, server.pid, llm)
    finally:
        server.terminate()
        server.communicate(timeout=STOPPING_S)


def _environment(data: Path, llm: LLMServerHandle, port: int) -> dict[str, str]:
    return environment(data) | {
        "SITE_URL": SITE_URL,
        "ALLOWED_HOSTS": "greenroom.test,127.0.0.1",
        "CAILA_BASE_URL": f"{llm.url}/ok/caila/adapters/openai",
        "OUTBOUND_PRIVATE_HOSTS": "127.0.0.1:*",
        **({"PORT": str(port)} if port else {}),
    }


def _announced(server: "subprocess.Popen[str]", data: Path) -> tuple[str, str]:
    """Return the site's address and sign-in link, as soon as the server has printed them."""
    assert server.stdout is not None
    printed, url = "", ""
    for line in server.stdout:
        printed += line
        if listens := re.search(r"starting at (\S+)", line):
            url = f"http://{listens.group(1)}"
        if link := re.search(re.escape(SITE_URL) + r"(/sign-in/link/\S+)", line):
            return url, url + link.group(1)
    raise AssertionError(
        f"The server ended before it listened:\n{printed}\n{(data / 'server.log').read_text()}"
    )
