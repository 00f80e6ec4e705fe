"""The values of all token secrets, to tell whether a received key is one of them and to mask them in what is kept."""

from dataclasses import dataclass, field

from django.conf import settings

from personas.models import TokenSecret
from personas.secrets import decrypt
from playground.engine.errors.codes import NotReadyError

SHORTEST_COMPARED_CHARS = 8
"""The shortest value that is compared: a shorter one may be an ordinary word, such as ``none``."""


@dataclass(frozen=True, slots=True)
class KnownSecrets:
    """Plaintext by the names of the secrets; its repr shows none."""

    by_name: dict[str, str] = field(repr=False)
    demo_key: str = field(repr=False)
    """The key of the built-in demo LLM."""

    @property
    def values(self) -> frozenset[str]:
        """The values that are long enough to be told from words."""
        values = (*self.by_name.values(), self.demo_key)
        return frozenset(value for value in values if len(value) >= SHORTEST_COMPARED_CHARS)


def known_secrets() -> KnownSecrets:
    """Read the token secrets that have a readable value."""
    by_name = {}
    for secret in TokenSecret.objects.exclude(ciphertext=""):
        try:
            by_name[secret.name] = decrypt(secret).reveal()
        except NotReadyError:
            continue
    return KnownSecrets(by_name, settings.DEMO_LLM_KEY)
