"""The ASGI scope of a request, as a server makes it."""

from typing import Any


def scope_of(path: str, *headers: tuple[bytes, bytes], client: str = "192.0.2.1") -> dict[str, Any]:
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"testserver"), *headers],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("testserver", 80),
        "client": (client, 1),
        "asgi": {"version": "3.0"},
    }
