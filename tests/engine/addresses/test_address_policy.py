"""Which addresses are closed, judged by their text alone."""

import pytest

from playground.engine.addresses.address import parse_address
from playground.engine.addresses.address_policy import is_plainly_closed

PRIVATE = (
    "http://127.0.0.1:8000/v1", "http://localhost:8000/v1", "http://llm.localhost:8000/v1", "http://[::1]:8000/v1",
    "http://10.0.0.1:8000/v1", "http://0.0.0.0:8000/v1", "http://[::ffff:127.0.0.1]:8000/v1",
)  # fmt: skip
METADATA = ("http://169.254.169.254/latest", "http://metadata.google.internal/", "http://[fd00:ec2::254]/")


@pytest.mark.parametrize("text", [*PRIVATE, *METADATA])
def test_a_private_address_is_closed(text: str) -> None:
    assert is_plainly_closed(parse_address(text), [])


@pytest.mark.parametrize(
    "text", ["https://api.openai.com/v1", "http://8.8.8.8/v1", "http://ollama:11434/v1", "/demo/v1"]
)
def test_a_public_address_one_of_this_app_and_a_plain_name_are_open(text: str) -> None:
    assert not is_plainly_closed(parse_address(text), [])


@pytest.mark.parametrize("text", PRIVATE)
@pytest.mark.parametrize("port", ["8000", "*"])
def test_a_private_host_that_the_operator_opened_is_open(text: str, port: str) -> None:
    address = parse_address(text)
    host = f"[{address.host}]" if ":" in address.host else address.host
    assert not is_plainly_closed(address, [f"{host}:{port}"])
    assert is_plainly_closed(address, [f"{host}:8001"])


@pytest.mark.parametrize("text", METADATA)
def test_a_metadata_service_is_closed_whatever_the_operator_opened(text: str) -> None:
    address = parse_address(text)
    host = f"[{address.host}]" if ":" in address.host else address.host
    assert is_plainly_closed(address, [f"{host}:*"])
