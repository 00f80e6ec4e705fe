"""The errors of an exchange with an LLM's server, one for each cause.

Each sentence says what happened, why, and what to do. None contains another exception's text, or anything from the
server but an address. For statuses and bodies see `playground.engine.errors.refusals`.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from playground.engine.addresses.address import Address, AddressError, parse_address
from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.errors.waits import span

_CERTIFICATE = {
    9: "it is not valid yet",
    10: "it has expired",
    18: "it signs itself",
    19: "its issuer signs itself",
    20: "its issuer is unknown",
    21: "its issuer is unknown",
    62: "it is for another name",
    64: "it is for another address",
}
"""OpenSSL's common verify codes (X509_V_ERR_*)."""
_ENCODINGS = frozenset({"br", "compress", "deflate", "gzip", "x-compress", "x-gzip", "zstd"})
"""Any other encoding is not named, because a server may write anything there."""
_PATH_CHARS = 100


def server(address: Address) -> str:
    """Return the server's name for a sentence."""
    return "Greenroom's own endpoint" if address.is_own else address.host_and_port


def unreadable_address(message: str) -> UpstreamError:
    return UpstreamError(Code.BAD_REQUEST, f"Nothing was sent. {message}")


def unsendable_header(message: str) -> UpstreamError:
    return UpstreamError(Code.BAD_REQUEST, f"Nothing was sent. {message}")


def blocked(address: Address) -> UpstreamError:
    if address.host == "0.0.0.0":
        return UpstreamError(
            Code.BLOCKED_ADDRESS,
            "Nothing was sent: 0.0.0.0 is where a server listens, not where it is called. "
            f"Write 127.0.0.1:{address.port}, or the machine's own name.",
        )
    return UpstreamError(
        Code.BLOCKED_ADDRESS,
        f"Nothing was sent: {server(address)} is not on the public internet. If it is to be called, whoever runs "
        f"Greenroom lists {address.host_and_port} in OUTBOUND_PRIVATE_HOSTS (metadata services stay closed).",
    )


def not_callable(address: Address) -> UpstreamError:
    return UpstreamError(
        Code.BLOCKED_ADDRESS,
        f"Nothing was sent: {address.path} is a page of Greenroom itself. Of its own addresses only the demo LLM "
        "(/demo/v1) and inspectors can be called.",
    )


def own_site(address: Address) -> UpstreamError:
    return UpstreamError(
        Code.BLOCKED_ADDRESS,
        f"Nothing was sent: {server(address)} is Greenroom itself, which would call itself again and again. "
        "Pass requests on to the server that answers them; the demo LLM is at /demo/v1.",
    )


def name_not_found(address: Address) -> UpstreamError:
    return UpstreamError(
        Code.DNS,
        f"The name {address.host} can't be found. Check the spelling of the address, or the network.",
    )


def lookup_timed_out(address: Address) -> UpstreamError:
    return UpstreamError(
        Code.DNS, f"Looking up {address.host} took too long. Check the network's name server, and try again."
    )


def connection_refused(address: Address) -> UpstreamError:
    return UpstreamError(
        Code.CONNECT_REFUSED,
        f"Nothing answers at {server(address)}. Is the server running, and is the port right?",
        may_retry=True,
    )


def connect_timed_out(address: Address) -> UpstreamError:
    return UpstreamError(
        Code.CONNECT_TIMEOUT,
        f"{server(address)} took no connection in time. Check host and port, and whether a firewall is in between"
        + (", or whether the address should begin with http://." if address.scheme == "https" else "."),
        may_retry=True,
    )


def certificate_refused(address: Address, verify_code: int) -> UpstreamError:
    """``verify_code`` is OpenSSL's."""
    reason = _CERTIFICATE.get(verify_code, "it can't be verified")
    return UpstreamError(
        Code.TLS,
        f"The certificate of {server(address)} is not trusted: {reason}. Give the server a valid certificate, or add "
        "its authority to those that this machine trusts.",
    )


def no_tls(address: Address) -> UpstreamError:
    return UpstreamError(
        Code.TLS,
        f"No secure connection to {server(address)}: it does not speak TLS as expected. "
        "Should the address begin with http:// instead of https://?",
    )


def closed_unanswered(address: Address) -> UpstreamError:
    return UpstreamError(
        Code.BAD_RESPONSE,
        f"{server(address)} took the request and closed the connection without an answer. Look at the server's log"
        + _scheme_hint(address),
        may_retry=True,
    )


def reset_unanswered(address: Address) -> UpstreamError:
    return UpstreamError(
        Code.CONNECT_REFUSED,
        f"{server(address)} broke off the connection before it answered. Is the server still running, "
        "and is the port right?",
        may_retry=True,
    )


def not_http(address: Address) -> UpstreamError:
    return UpstreamError(
        Code.BAD_RESPONSE,
        f"What answers at {server(address)} does not speak HTTP as it should. Check the port"
        + _scheme_hint(address),
    )


def headers_too_large(address: Address) -> UpstreamError:
    return UpstreamError(
        Code.BAD_RESPONSE,
        f"The headers of {server(address)}'s answer are too large to be an LLM's. Check the address.",
    )


def unanswered_in_time(address: Address, limit_ms: int) -> UpstreamError:
    return UpstreamError(
        Code.FIRST_CONTENT_TIMEOUT,
        f"{server(address)} did not begin to answer within {span(limit_ms)}. "
        "Look whether the model is loaded, and try again.",
    )


def fell_silent(address: Address, limit_ms: int) -> UpstreamError:
    return UpstreamError(
        Code.STALLED,
        f"{server(address)} sent nothing more for {span(limit_ms)} in the middle of its answer, so Greenroom hung up. "
        "Look at the server's log, and try again.",
    )


def broken_off(address: Address) -> UpstreamError:
    return UpstreamError(
        Code.TRUNCATED,
        f"The connection to {server(address)} broke in the middle of the answer. "
        "What came until then is kept; look at the server's log, and try again.",
    )


def empty_answer(address: Address, status: int) -> UpstreamError:
    return UpstreamError(
        Code.BAD_RESPONSE,
        f"{server(address)} gave an empty answer (HTTP {status}). Check the address and the server's log.",
        may_retry=True,
    )


def compressed(address: Address, encoding: str) -> UpstreamError:
    coding = encoding.strip().lower()
    named = f" ({coding})" if coding in _ENCODINGS else ""
    return UpstreamError(
        Code.BAD_RESPONSE,
        f"{server(address)} compressed its answer{named}, though it was asked not to. "
        "Turn compression off for this route: it also holds back a stream.",
    )


def redirected(address: Address, location: str, *, redact: Callable[[str], str] = str) -> UpstreamError:
    """Return the error for a redirect, never followed because the key would go along. ``location``: the header, or "".

    ``redact`` masks secrets here, because later they would be hidden by a lower-case host or a shortened path.
    """
    destination = _destination(address, redact(location), redact)
    return UpstreamError(
        Code.REDIRECT,
        f"{server(address)} sends the request on {destination}, and redirects are not followed. "
        "Change the address to where the LLM answers itself.",
    )


def _destination(address: Address, location: str, redact: Callable[[str], str]) -> str:
    if location.startswith("/") and not location.startswith("//"):
        return f"to its path {_short(urlsplit(location).path, redact)}"
    try:
        target = parse_address(f"{address.scheme}:{location}" if location.startswith("//") else location)
    except AddressError:
        return "to an address that can't be called"
    if target.entry == address.entry:
        return f"to its path {_short(target.path, redact)}"
    return f"to {target.scheme}://{target.netloc}"


def _short(path: str, redact: Callable[[str], str]) -> str:
    text = redact("".join(character for character in path if character.isprintable()))
    return text if len(text) <= _PATH_CHARS else f"{text[:_PATH_CHARS]}…"


def _scheme_hint(address: Address) -> str:
    return ", and whether the address should begin with https://." if address.scheme == "http" else "."
