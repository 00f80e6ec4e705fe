"""Says in which headers of a request a secret's name is replaced by the secret, for sending and for copied code."""

from collections.abc import Iterable
from dataclasses import dataclass

from playground.engine.persona import LLMSettings
from playground.engine.platforms.platform import Platform
from playground.engine.substitution import parts_of, variable


@dataclass(frozen=True, slots=True)
class HeaderSecrets:
    names: frozenset[str]
    """The names of the secrets."""
    headers: frozenset[str]
    """The lower-case names of the headers in which they are replaced; any other header is sent unchanged."""
    are_stored: bool = True
    """Whether they are token secrets, or else keys that are stored nowhere."""

    def is_replaced_in(self, header: str) -> bool:
        return header.lower() in self.headers

    def names_in(self, header: str) -> frozenset[str]:
        """Return the names that stand for a secret in the header of this name."""
        return self.names if self.is_replaced_in(header) else frozenset()

    def standing_in(self, headers: Iterable[tuple[str, str]]) -> list[str]:
        """Return the names that stand in these headers, each once, in order."""
        parts = (part for name, value in headers for part in parts_of(value, self.names_in(name)))
        return list(dict.fromkeys(text for is_secret, text in parts if is_secret))

    def set_first(self, name: str) -> str:
        """Return what copied code says where a secret's variable is missing, without quotes, braces and dollars."""
        value = f"the value of the token secret {name}" if self.are_stored else "the key of the request"
        return f"Set the environment variable {variable(name)} to {value} first."


def header_secrets_of(llm: LLMSettings, platform: Platform) -> HeaderSecrets:
    """Return what is replaced where ``platform`` sends the request: in its key's headers and in the persona's own."""
    own = {name.lower() for name, _ in llm.headers}
    return HeaderSecrets(llm.header_secrets, platform.key_headers | own)
