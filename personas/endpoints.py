"""Makes a trial of a user's own endpoint from a base URL, a key and a model: one for each address and model."""

from collections import defaultdict
from collections.abc import Iterator

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.views.decorators.debug import sensitive_variables

from personas.documents import document_of
from personas.formats.credentials import proposed_name
from personas.importing import ADD_SECRET, PersonaImport, make_secret, secret_holding
from personas.models import Persona, PersonaVersion, TokenSecret
from personas.readiness import readiness_problems
from personas.saving import save_persona
from personas.secrets import set_value, short_value_sentence
from playground.engine.addresses.address import Address, AddressError, parse_address
from playground.engine.addresses.route import ROUTE, has_route_twice
from playground.engine.json_types import Json
from playground.engine.persona import LLMSettings
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import platform_named, platforms

KEY_NAME = "TYPED_KEY"
"""The name of a typed key that is no token secret yet."""
_TYPED_FIELDS = {"address": "base_url", "model": "model"}
"""The field of the form in which a persona's field is typed; all others come from the key."""
SYSTEM_PROMPT = "You are a helpful voice assistant. Answer in one or two short sentences."


@sensitive_variables("key")
@transaction.atomic
def make_endpoint_persona(base_url: str, key: str, model: str, platform: str, by: User) -> PersonaImport:
    """Store a trial persona that calls this endpoint as ``platform`` would.

    The key becomes a token secret bound to the endpoint's host; without one the request is sent without a key. A
    persona that says the same is reused, and so is the user's own trial of the same address and model, which gets the
    key as its next version. Raises ValidationError, whose keys are ``base_url``, ``key`` and ``model``; nothing is
    stored then, nor is what couldn't start.
    """
    address = _address(base_url.strip())
    if not model.strip():
        raise ValidationError({"model": "Give the model's name, as your server knows it."})
    secret = _secret(key.strip(), address, by)
    persona = _persona(address, model, platform, secret)
    stored = _equal_persona(persona) or _own_trial(persona, by)
    if stored is None:
        persona.is_trial = True
        version = save_persona(persona, by=by, note="Made for an endpoint")
        sentence = short_value_sentence(secret.name, key) if secret else ""
        return _startable(persona, version, (sentence,) if sentence else ())
    if _replace_key(stored, persona):
        return _startable(stored, save_persona(stored, by=by, note="Tried with another key"))
    return _startable(stored, stored.versions.latest("number"))


def _startable(persona: Persona, version: PersonaVersion, notes: tuple[str, ...] = ()) -> PersonaImport:
    """Return the persona that can start. Raises ValidationError, which takes back what was stored."""
    faults: dict[str, list[str]] = defaultdict(list)
    for problem in readiness_problems(persona):
        faults[_TYPED_FIELDS.get(problem.field, "key")].append(problem.message)
    if faults:
        raise ValidationError(dict(faults))
    return PersonaImport(persona, version, (*notes, *_route_notes(persona)), ())


def routes_added() -> Json:
    """Return what each platform puts behind a base URL, ``{name: {base, whole}}``: ``whole`` if that has the route."""
    typed = {"base": "https://llm.example/v1", "whole": f"https://llm.example/v1{ROUTE}"}
    return {
        platform.name: {
            kind: _called_url(platform, platform.address_of(url)).removeprefix(url)
            for kind, url in typed.items()
        }
        for platform in platforms()
    }


def _called_url(platform: Platform, address: str) -> str:
    return platform.url(LLMSettings(platform.name, address, model=""))


def _route_notes(persona: Persona) -> Iterator[str]:
    platform = platform_named(persona.platform)
    called = _called_url(platform, persona.address)
    if has_route_twice(called):
        yield f"{platform.label} adds {ROUTE} itself, so {called} is called: leave it out of the base URL."


def endpoint_persona(base_url: str, model: str, platform: str, *, has_key: bool) -> Persona:
    """Return the persona for an endpoint, unsaved; its key's token secret is KEY_NAME. Raises ValidationError."""
    secret = TokenSecret(name=KEY_NAME) if has_key else None
    return _persona(_address(base_url.strip()), model, platform, secret)


def _persona(address: Address, model: str, platform: str, secret: TokenSecret | None) -> Persona:
    known = platform_named(platform)
    return Persona(
        persona_name=f"{model.strip()} at {address.netloc if not address.is_own else 'this app'}"[:200],
        system_prompt=SYSTEM_PROMPT,
        platform=known.name,
        address=known.address_of(address.raw),
        model=model.strip(),
        token_secret=secret,
        headers=[list(header) for header in known.written_headers(secret.name)] if secret else [],
    )


def _address(base_url: str) -> Address:
    try:
        return parse_address(base_url)
    except AddressError as error:
        raise ValidationError({"base_url": error.message}) from None


@sensitive_variables("key")
def _secret(key: str, address: Address, by: User) -> TokenSecret | None:
    if not key:
        return None
    if not by.has_perm(ADD_SECRET):
        raise ValidationError(
            {"key": "You may not add token secrets: leave the key out, or ask someone who manages them."}
        )
    hosts = (address.entry,)
    same = secret_holding(key, hosts)
    if same is not None:
        return same
    secret = make_secret(proposed_name(address.raw), hosts)
    try:
        set_value(secret, key, by=by)
    except ValidationError as error:
        raise ValidationError({"key": error.messages}) from None
    return secret


def _equal_persona(persona: Persona) -> Persona | None:
    """Return a stored persona with the same document, or None."""
    document = document_of(persona)
    candidates = _personas_of_endpoint(persona).filter(persona_name=persona.persona_name)
    return next((candidate for candidate in candidates if document_of(candidate) == document), None)


def _own_trial(persona: Persona, by: User) -> Persona | None:
    """Return the user's newest trial of the same address and model, or None."""
    tried = PersonaVersion.objects.filter(persona=OuterRef("pk"), number=1, created_by=by)
    trials = _personas_of_endpoint(persona).filter(Exists(tried), is_trial=True, model=persona.model)
    return trials.order_by("-updated_at").first()


def _personas_of_endpoint(persona: Persona) -> QuerySet[Persona]:
    return Persona.objects.unarchived().filter(platform=persona.platform, address=persona.address)


def _replace_key(stored: Persona, typed: Persona) -> bool:
    """Set the typed persona's key on the stored one, unsaved; return whether the key is another one."""
    if stored.token_secret_id == typed.token_secret_id:
        return False
    stored.token_secret, stored.headers = typed.token_secret, typed.headers
    return True
