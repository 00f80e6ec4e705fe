"""The token secret that an inspector sends on in place of its own key, and those that it sends on nowhere else."""

from collections.abc import Collection

from django.views.decorators.debug import sensitive_variables

from personas.models import TokenSecret
from personas.secrets import decrypt, mark_used
from playground.access import USE_SECRETS
from playground.engine.addresses.address import Address, AddressError, allows, parse_address
from playground.engine.errors.codes import Code, NotReadyError
from playground.models import Inspector
from playground.storage.database_thread import in_database_thread
from playground.storage.known_secrets import SHORTEST_COMPARED_CHARS, known_secrets

NOT_ALLOWED = (
    "Nothing was sent on: the token secret of this inspector may not be used at the address that requests are "
    "passed on to. A secret manager adds the address to its allowed hosts, or chooses another secret."
)
SWITCHED_OFF = (
    "Nothing was sent on: the caller presented this inspector's own key, and no token secret is switched on for it. "
    "A secret manager switches one on, or the caller presents the server's own key."
)
KEPT_ELSEWHERE = (
    "Nothing was sent on: the key of this request is a token secret of Greenroom's, which may not be used at the "
    "address that requests are passed on to. A secret manager adds the address to its allowed hosts."
)


@in_database_thread
@sensitive_variables()
def forward_secret(inspector_id: str, forward_url: str) -> str:
    """Return the secret's value, which may be sent to ``forward_url``. Raises NotReadyError."""
    inspectors = Inspector.objects.select_related("forward_secret", "forward_secret_by")
    inspector = inspectors.filter(pk=inspector_id).first()
    if inspector is None or inspector.forward_secret is None or not _is_switched_on(inspector):
        raise NotReadyError(Code.SECRET_NOT_ALLOWED, SWITCHED_OFF)
    secret = inspector.forward_secret
    address = _address(forward_url)
    if not allows(secret.allowed_hosts, address):
        raise NotReadyError(Code.SECRET_NOT_ALLOWED, NOT_ALLOWED, secret=secret.name)
    value = decrypt(secret).reveal()
    mark_used(secret, address.netloc or "/", "")
    return value


@in_database_thread
@sensitive_variables()
def refuse_kept_keys(keys: Collection[str], inspector_id: str, forward_url: str) -> None:
    """Raise NotReadyError if a presented key is a token secret that may not be sent to ``forward_url``.

    A persona may be pointed at an inspector by whoever may edit it, so the secret's allowed hosts count behind it, too:
    unless the inspector's maker manages secrets, and so may say where they go.
    """
    inspector = Inspector.objects.select_related("maker").filter(pk=inspector_id).first()
    if inspector is None or inspector.maker.has_perm(USE_SECRETS):
        return
    known, address = known_secrets(), _address(forward_url)
    if known.demo_key in keys and not address.is_own:
        raise NotReadyError(Code.SECRET_NOT_ALLOWED, KEPT_ELSEWHERE)
    names = [
        name
        for name, value in known.by_name.items()
        if len(value) >= SHORTEST_COMPARED_CHARS and value in keys
    ]
    for secret in TokenSecret.objects.filter(name__in=names):
        if not allows(secret.allowed_hosts, address):
            raise NotReadyError(Code.SECRET_NOT_ALLOWED, KEPT_ELSEWHERE)


def _address(forward_url: str) -> Address:
    try:
        return parse_address(forward_url)
    except AddressError as error:
        raise NotReadyError(Code.BAD_REQUEST, error.message) from None


def _is_switched_on(inspector: Inspector) -> bool:
    """Whether a user who still manages secrets switched it on."""
    manager = inspector.forward_secret_by
    return manager is not None and manager.has_perm(USE_SECRETS)
