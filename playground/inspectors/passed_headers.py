"""The headers of a request that is passed on, and of its answer: all but those of one connection, as they came."""

from collections.abc import Collection, Iterator

from playground.inspectors.forwarding import VIA_PSEUDONYM, RawHeaders

HOP_BY_HOP_HEADERS = frozenset(
    {b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
)
"""RFC 9110, 7.6.1, with those of older clients."""
PROXY_HEADER_PREFIX = b"proxy-"
HEADERS_FOR_THIS_SERVER = frozenset({b"expect", b"host"})
"""Headers for this server alone; it has answered ``Expect`` itself."""
HEADERS_ABOUT_THE_ORIGIN = frozenset(
    {
        b"alt-svc", b"clear-site-data", b"nel", b"public-key-pins", b"refresh", b"report-to", b"reporting-endpoints",
        b"service-worker-allowed", b"set-cookie", b"strict-transport-security",
    }
)  # fmt: skip
"""What a server tells browsers about its own origin, which would be applied to this site; large cookies would lock a
browser out of it.
"""
VIA = (b"Via", f"1.1 {VIA_PSEUDONYM}".encode())


def request_headers(headers: RawHeaders, *, own_cookies: Collection[str]) -> RawHeaders:
    """Return the headers to pass on, without ``Host`` and the ``own_cookies``, by which people sign in to this site."""
    own = frozenset(name.encode() for name in own_cookies)
    kept = [
        (name, _without(value, own) if name.lower() == b"cookie" else value)
        for name, value in _end_to_end(headers)
        if name.lower() not in HEADERS_FOR_THIS_SERVER
    ]
    return (*((name, value) for name, value in kept if value or name.lower() != b"cookie"), VIA)


def answer_headers(headers: RawHeaders) -> RawHeaders:
    """Return the headers of a server's answer for the caller, without those that a browser would apply to this site."""
    return tuple(
        (name, value) for name, value in _end_to_end(headers) if name.lower() not in HEADERS_ABOUT_THE_ORIGIN
    )


def has_body(headers: RawHeaders) -> bool:
    """Whether a request with these headers has a body (RFC 9112, 6)."""
    fields = [(name.lower(), value.strip()) for name, value in headers]
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value.lstrip(b"0"))
        for name, value in fields
    )


def _end_to_end(headers: RawHeaders) -> Iterator[tuple[bytes, bytes]]:
    named = {
        word.strip().lower()
        for name, value in headers
        if name.lower() == b"connection"
        for word in value.split(b",")
    }
    is_chunked = any(name.lower() == b"transfer-encoding" for name, _ in headers)
    dropped = HOP_BY_HOP_HEADERS | named | ({b"content-length"} if is_chunked else set())
    for name, value in headers:
        lowered = name.lower()
        if lowered not in dropped and not lowered.startswith(PROXY_HEADER_PREFIX):
            yield name, value


def _without(cookies: bytes, own: frozenset[bytes]) -> bytes:
    """Return a ``Cookie`` without these; byte for byte as it came if it has none of them."""
    pairs = cookies.split(b";")
    kept = [pair for pair in pairs if _cookie_name(pair) not in own]
    return cookies if len(kept) == len(pairs) else b";".join(kept).strip()


def _cookie_name(pair: bytes) -> bytes:
    return pair.partition(b"=")[0].strip()
