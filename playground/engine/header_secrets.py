"""Says in which headers of a request a secret's name is replaced by the secret, for sending and for copied code."""

from dataclasses import dataclass

from playground.engine.persona import LLMSettings
from playground.engine.platforms.platform import Platform


@dataclass(frozen=True, slots=True)
class HeaderSecrets:
    names: frozenset[str]
    """The names of the secrets."""
    headers: frozenset[str]
    """The lower-case names of the headers in which they are replaced; any other header is sent unchanged."""

    def is_replaced_in(self, header: str) -> bool:
        return header.lower() in self.headers

    def names_in(self, header: str) -> frozenset[str]:
        """Return the names that stand for a secret in the header of this name."""
        return self.names if self.is_replaced_in(header) else frozenset()


def header_secrets_of(llm: LLMSettings, platform: Platform) -> HeaderSecrets:
    """Return what is replaced where ``platform`` sends the request: in its key's headers and in the persona's own."""
    own = {name.lower() for name, _ in llm.headers}
    return HeaderSecrets(llm.header_secrets, platform.key_headers | own)
