"""What a person is told of callbacks before they are sent."""

from playground.engine.addresses.address import AddressError, parse_address

TOLD = "that the conversation began, each tool call, why it ended, and its whole transcript with the prompt"


def told_to(url: str) -> str:
    """Return a sentence on what this address will get."""
    try:
        receiver = parse_address(url).host_and_port
    except AddressError:
        receiver = "it"
    return f"{receiver} gets {TOLD}."
