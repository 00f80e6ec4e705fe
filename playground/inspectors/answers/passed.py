"""The answer of the server that requests are passed on to, streamed both ways."""

from collections.abc import AsyncIterator

from django.views.decorators.debug import sensitive_variables

from playground.engine.errors.codes import Code, NotReadyError
from playground.inspectors.authentication import presented_keys, presents_callers_key, with_secret
from playground.inspectors.callers_key import KEY_BYTES, holds_key, keys_in
from playground.inspectors.decompression import Decompressor, encoding_of, is_readable
from playground.inspectors.exchange_record import ExchangeRecord
from playground.inspectors.forward_secret import forward_secret, refuse_kept_keys
from playground.inspectors.forwarding import Forwarding, PassedRequest, RawHeaders
from playground.inspectors.front_door import BODY_BYTES
from playground.inspectors.pass_on import pass_on

NOWHERE = (
    "Nothing was sent on: this inspector has no address to pass requests on to. Enter one in its settings."
)
OWN_KEY = (
    "The request was not passed on: it holds this inspector's own key where no token secret can take its place. "
    "Send the key as it is in a header for keys, such as Authorization, and nowhere else."
)


@sensitive_variables("secret", "keys")
async def pass_on_to_server(record: ExchangeRecord) -> None:
    """Pass the request on, and the answer back. Raises UpstreamError, NotReadyError, ClientLeftError."""
    inspector, head = record.inspector, record.head
    if not inspector.forward_url:
        raise NotReadyError(Code.BAD_REQUEST, NOWHERE)
    headers, secret = head.headers, ""
    if presents_callers_key(headers, inspector.callers_key_digest):
        secret = await forward_secret(inspector.id, inspector.forward_url)
        headers = with_secret(headers, inspector.callers_key_digest, secret)
    elif keys := {key for presented in presented_keys(headers) for key in presented.spellings}:
        await refuse_kept_keys(keys, inspector.id, inspector.forward_url)
    _refuse_own_key(head.target.encode(), headers, inspector.callers_key_digest)
    body = _body_without_key(record.body, encoding_of(head.headers), inspector.callers_key_digest)
    request = PassedRequest(head.method, head.target, headers, body)
    forwarding = Forwarding(inspector.forward_url, (secret,) if secret else ())
    async with pass_on(request, forwarding) as answer:
        await record.answer.start(answer.status, answer.headers, answer.reason)
        async for part in answer.aiter_bytes():
            await record.answer.write(part)
        await record.answer.end()


@sensitive_variables()
def _refuse_own_key(target: bytes, headers: RawHeaders, digest: str) -> None:
    """Raise NotReadyError if the inspector's own key is still in what is to be sent: it is of no use elsewhere."""
    if any(holds_key(each, digest) for each in (target, *(value for _, value in headers))):
        raise NotReadyError(Code.SECRET_NOT_ALLOWED, OWN_KEY)


@sensitive_variables()
async def _body_without_key(parts: AsyncIterator[bytes], encoding: str, digest: str) -> AsyncIterator[bytes]:
    """Yield the parts as they arrive. Raises NotReadyError instead of the part that has the end of the own key.

    Only in compressions that Greenroom can't read it goes on unseen.
    """
    plain = Decompressor(encoding if is_readable(encoding) else "", BODY_BYTES)
    end = b""
    async for part in parts:
        text = end + (plain.feed(part) if digest else b"")
        if keys_in(text, digest):
            raise NotReadyError(Code.SECRET_NOT_ALLOWED, OWN_KEY)
        yield part
        end = text[1 - KEY_BYTES :]
