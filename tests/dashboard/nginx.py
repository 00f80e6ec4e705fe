"""An nginx of the tests' own, configured by README's snippet, and visitors from several addresses in front of it."""

import os
import re
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPSConnection
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from tests.browser.site import HOST, Site
from tests.dashboard.processes import ROOT
from tests.services import program

STARTING_S = 10.0
TIMEOUT_S = 10.0
WHOLE = """
daemon off;
master_process off;
pid {folder}/pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {snippet}
}}
"""


@contextmanager
def proxying(site: Site, *, port: int, app_port: int, certificate: Path, folder: Path) -> Iterator[None]:
    """Run it in front of the site until the block is left."""
    snippet = _snippet_with(
        {
            "listen 443 ssl": f"listen {HOST}:{port} ssl",
            "server_name greenroom.example.org": f"server_name {HOST}",
            "/etc/ssl/greenroom.pem": str(certificate),
            "/etc/ssl/greenroom.key": str(certificate),
            "http://127.0.0.1:8765": f"http://{HOST}:{app_port}",
        }
    )
    file = folder / "nginx.conf"
    file.write_text(WHOLE.format(folder=folder, snippet=snippet))
    with (folder / "nginx.log").open("wb") as log:
        command = [program("nginx"), "-p", str(folder), "-c", str(file), "-e", "stderr"]
        process = subprocess.Popen(command, stderr=log)
    try:
        _wait_for(site, process, folder)
        yield
    finally:
        process.terminate()
        process.wait(TIMEOUT_S)


def _snippet_with(places: dict[str, str]) -> str:
    """Return README's snippet with this machine's ports and files; each place stands in it once."""
    (snippet,) = re.findall(r"```nginx\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    for ours, theirs in places.items():
        assert snippet.count(ours) == 1, ours
        snippet = snippet.replace(ours, theirs)
    return str(snippet)


def _wait_for(site: Site, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    deadline_s = time.monotonic() + STARTING_S
    while not (folder / "pid").exists():
        assert process.poll() is None, (folder / "nginx.log").read_text()
        assert time.monotonic() < deadline_s, f"nginx does not serve {site.url}."
        os.sched_yield()


class Visitor:
    """A browser at an address of this machine."""

    def __init__(self, site: Site, trusts: ssl.SSLContext, address: str) -> None:
        self._site, self._trusts, self._address = site, trusts, address

    def sign_in(self, username: str, password: str, **headers: str) -> int:
        """Return the status: 302 signed in, 200 refused, 429 throttled."""
        page, cookies = self._ask("GET", "/sign-in/")[1:]
        (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        form = urlencode({"username": username, "password": password, "csrfmiddlewaretoken": token})
        sent = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded", **headers}
        return self._ask("POST", "/sign-in/", form, sent)[0]

    def _ask(
        self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        """Return status, body, and the cookies that came."""
        host, port = self._site.url.removeprefix("https://").split(":")
        connection = HTTPSConnection(
            host, int(port), timeout=TIMEOUT_S, context=self._trusts, source_address=(self._address, 0)
        )
        sent = {"Origin": self._site.url, "Referer": f"{self._site.url}/sign-in/", **(headers or {})}
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        content = response.read().decode()
        cookies = SimpleCookie(response.headers.get("Set-Cookie", ""))
        connection.close()
        return response.status, content, "; ".join(f"{name}={value.value}" for name, value in cookies.items())
