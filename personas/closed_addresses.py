"""The note at save on an address that Greenroom won't call. The guard decides at each request."""

from django.conf import settings

from personas.models import Persona
from personas.readiness import dialled_address
from playground.engine.addresses.address_policy import is_metadata_service, is_plainly_closed


def closed_address_sentence(persona: Persona) -> str:
    """Return one sentence for a person; empty unless the address is plainly closed."""
    address = dialled_address(persona)
    if address is None or not is_plainly_closed(address, settings.OUTBOUND_PRIVATE_HOSTS):
        return ""
    if address.host == "0.0.0.0":
        return f"0.0.0.0 is where a server listens, not where it is called: write 127.0.0.1:{address.port}."
    if is_metadata_service(address):
        return f"{address.host_and_port} is a metadata service: Greenroom never calls one."
    return (
        f"{address.host_and_port} is not on the public internet: Greenroom calls it once whoever runs Greenroom "
        "lists it in OUTBOUND_PRIVATE_HOSTS."
    )
