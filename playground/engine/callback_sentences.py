"""Says before any callback is sent what callbacks contain."""

from playground.engine.addresses.address import AddressError, parse_address

CONTENTS = (
    "that the conversation began, each tool call, why it ended, and its whole transcript with the prompt"
)


def contents_sentence(url: str) -> str:
    """Return a sentence on what the receiver at this address will get."""
    try:
        receiver = parse_address(url).host_and_port
    except AddressError:
        receiver = "it"
    return f"{receiver} gets {CONTENTS}."
