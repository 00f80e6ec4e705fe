"""Addresses: which are valid, and the hosts that a secret may be bound to."""

import pytest

from playground.engine.addresses.address import (
    AddressError,
    allows,
    is_placeholder,
    parse_address,
    parse_host_entry,
    parse_private_host,
)


def test_an_address_keeps_its_path_and_query_byte_for_byte() -> None:
    address = parse_address("https://API.Example.com./a//b/../c;d/%7e%2F?x=1&api-version=2024-06-01&&")
    assert (address.scheme, address.host, address.port) == ("https", "api.example.com", 443)
    assert address.target == "/a//b/../c;d/%7e%2F?x=1&api-version=2024-06-01&&"
    assert address.path == "/a//b/../c;d/%7e%2F"


@pytest.mark.parametrize(
    ("text", "host", "port", "netloc", "entry"),
    [
        ("https://api.openai.com/v1", "api.openai.com", 443, "api.openai.com", "api.openai.com"),
        ("https://api.openai.com:443/v1", "api.openai.com", 443, "api.openai.com", "api.openai.com"),
        ("https://api.x.com:8443/v1", "api.x.com", 8443, "api.x.com:8443", "api.x.com:8443"),
        ("http://api.x.com/v1", "api.x.com", 80, "api.x.com", "http://api.x.com"),
        ("http://ollama:11434/v1", "ollama", 11434, "ollama:11434", "http://ollama:11434"),
        ("http://my_llm:8000", "my_llm", 8000, "my_llm:8000", "http://my_llm:8000"),
        ("http://[0:0::1]:8000/v1", "::1", 8000, "[::1]:8000", "http://[::1]:8000"),
        (
            "https://bücher.example/v1",
            "xn--bcher-kva.example",
            443,
            "xn--bcher-kva.example",
            "xn--bcher-kva.example",
        ),
    ],
)
def test_the_entry_of_an_address_is_its_scheme_host_and_port(
    text: str, host: str, port: int, netloc: str, entry: str
) -> None:
    address = parse_address(text)
    assert (address.host, address.port, address.netloc, address.entry) == (host, port, netloc, entry)


def test_an_address_without_a_path_asks_for_the_root() -> None:
    assert parse_address("https://api.x.com").target == "/"
    assert parse_address("https://api.x.com?version=1").target == "/?version=1"


def test_an_address_that_begins_with_a_slash_is_this_apps_own() -> None:
    address = parse_address("/demo/v1/chat/completions")
    assert address.is_own
    assert (address.scheme, address.host, address.port) == ("", "", 0)
    assert address.target == "/demo/v1/chat/completions"
    assert address.entry == "/"


@pytest.mark.parametrize(
    "text",
    [
        "http://a@127.0.0.1/",
        "http://user:key@api.x.com/v1",
        "http://a.com\\@127.0.0.1/",
        "http://a.com#@127.0.0.1/",
        "http://a.com%00.b.com/",
        "http://a.com/v1 /chat",
        " http://a.com/",
        "http://a.com/\r\nX-Evil: 1",
        "http://a.com/\tb",
        "http://a.com/\x00",
        "http:///v1",
        "http://",
        "http://:8000/",
        "http://a.com:/v1",
        "http://a.com:0/",
        "http://a.com:65536/",
        "http://a.com:８０/",
        "http://a.com:80:80/",
        "http://[::1",
        "http://[fe80::1%25eth0]/",
        "http://[::1]x/",
        "http://a..com/",
        "http://-a.com/",
        "http://a.com/café",
        "http://*.a.com/",
        "http://" + "a" * 64 + ".com/",
        "https://x.com/" + "a" * 2_048,
        "",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(AddressError):
        parse_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "file:///etc/passwd", "ftp://a.com/", "gopher://a.com/", "data:text/plain,x", "unix:/run/x.sock",
        "ws://a.com/", "javascript:alert(1)", "localhost:8000/v1", "api.openai.com/v1", "//api.x.com/v1",
        "http:/a.com", "https:a.com",
    ],
)  # fmt: skip
def test_only_http_and_https_addresses_are_read(text: str) -> None:
    with pytest.raises(AddressError):
        parse_address(text)


@pytest.mark.parametrize(
    "host",
    [
        "0", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.0.0.01", "1.2.3.4.5", "256.0.0.1",
        "①②⑦.1", "api.x.0x7f",
    ],
)  # fmt: skip
def test_a_number_that_only_a_c_library_reads_as_an_address_is_refused(host: str) -> None:
    with pytest.raises(AddressError):
        parse_address(f"http://{host}/v1")


@pytest.mark.parametrize("host", ["①②⑦.0.0.1", "127。0。0。1", "127.0.0.1."])
def test_full_width_digits_and_dots_are_the_address_that_they_look_like(host: str) -> None:
    assert parse_address(f"http://{host}/v1").host == "127.0.0.1"


@pytest.mark.parametrize(
    "text",
    [
        "https://api.x.com/v1?api-key=abc",
        "https://api.x.com/v1?a=1&API_KEY=abc",
        "https://api.x.com/v1?api%2Dkey=abc",
        "https://api.x.com/v1?key=abc",
        "https://api.x.com/v1?access_token=abc",
        "/demo/v1?token=abc",
    ],
)
def test_a_key_in_the_query_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(AddressError, match="token secret") as raised:
        parse_address(text)
    assert "abc" not in raised.value.message


def test_a_key_before_the_host_is_refused_with_a_hint() -> None:
    with pytest.raises(AddressError, match="token secret") as raised:
        parse_address("https://sk-canary-1234@api.x.com/v1")
    assert "canary" not in raised.value.message


@pytest.mark.parametrize(
    "url",
    ["https://api.x.com/v1", "https://API.X.COM./v1", "https://api.x.com:443/", "https://api.x.com?a=b"],
)
def test_a_secret_goes_to_exactly_its_host_however_it_is_spelled(url: str) -> None:
    assert allows(["api.x.com"], parse_address(url))


@pytest.mark.parametrize(
    "url",
    [
        "https://api.x.com.evil.com/v1",
        "https://evilapi.x.com/v1",
        "https://sub.api.x.com/v1",
        "https://x.com/v1",
        "https://api.x.com:8443/v1",
        "http://api.x.com/v1",
        "http://api.x.com:443/v1",
        "https://аpi.x.com/v1",
        "/v1",
    ],
)
def test_a_secret_goes_to_no_other_host_port_or_scheme(url: str) -> None:
    assert not allows(["api.x.com"], parse_address(url))


def test_http_only_where_it_is_listed_as_http() -> None:
    address = parse_address("http://api.x.com/v1")
    assert allows(["http://api.x.com"], address)
    assert not allows(["http://api.x.com"], parse_address("https://api.x.com/v1"))


def test_a_wildcard_allows_subdomains_and_not_the_name_itself() -> None:
    entries = ["*.x.com"]
    assert allows(entries, parse_address("https://api.x.com/v1"))
    assert allows(entries, parse_address("https://a.b.x.com/v1"))
    assert not allows(entries, parse_address("https://x.com/v1"))
    assert not allows(entries, parse_address("https://evilx.com/v1"))
    assert not allows(entries, parse_address("https://api.x.com:8443/v1"))


def test_a_slash_allows_this_apps_own_addresses_and_nothing_else() -> None:
    assert allows(["/"], parse_address("/demo/v1"))
    assert not allows(["/"], parse_address("https://api.x.com/"))


def test_no_entry_and_an_unreadable_entry_allow_nothing() -> None:
    address = parse_address("https://api.x.com/v1")
    assert not allows([], address)
    assert not allows(["", "*", "https://api.x.com/v1", "api.x.com:*", "api x com"], address)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("API.OpenAI.com", "api.openai.com"),
        ("https://api.openai.com", "api.openai.com"),
        ("api.openai.com:443", "api.openai.com"),
        ("http://ollama:11434", "http://ollama:11434"),
        ("http://x.com:80", "http://x.com"),
        ("*.X.com:8443", "*.x.com:8443"),
        ("[0::1]:8000", "[::1]:8000"),
        ("/", "/"),
    ],
)
def test_an_entry_has_one_way_to_be_written(text: str, written: str) -> None:
    assert str(parse_host_entry(text)) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "*.com",
        "*.127.0.0.1",
        "a.*.com",
        "api.x.com/v1",
        "ftp://x.com",
        "x.com:99999",
        "a b",
        "u@x.com",
        "//x.com",
    ],
)
def test_an_unreadable_entry_is_refused(text: str) -> None:
    with pytest.raises(AddressError):
        parse_host_entry(text)


def test_what_an_address_says_as_its_entry_allows_it() -> None:
    for url in ("https://api.x.com/v1", "http://ollama:11434", "http://[::1]:8000/v1", "/demo/v1"):
        address = parse_address(url)
        assert allows([address.entry], address)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ollama:11434", ("ollama", 11434)),
        ("127.0.0.1:*", ("127.0.0.1", None)),
        ("LOCALHOST:*", ("localhost", None)),
        ("[::1]:*", ("::1", None)),
        ("[0::1]:8000", ("::1", 8000)),
    ],
)
def test_an_operator_opens_a_host_and_a_port_or_all_its_ports(
    text: str, expected: tuple[str, int | None]
) -> None:
    assert parse_private_host(text) == expected


@pytest.mark.parametrize(
    "text", ["", "ollama", "*:*", "*:8000", ":8000", "ollama:", "10.0.0.0/8:80", "http://x:80", "[::1]"]
)
def test_an_operator_cannot_open_everything_by_a_slip(text: str) -> None:
    with pytest.raises(AddressError):
        parse_private_host(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "<your-tools-here>", "https://<your-endpoint>/v1", "your-playht-user-id", "https://your-host.com/v1",
        "open-ai-compatible-llm-http-endpoint", "custom_model_here", "your-model-here", "YOUR_API_KEY",
        "example-api-key", "...", "xxxx",
    ],
)  # fmt: skip
def test_a_platforms_example_values_are_placeholders(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://api.openai.com/v1", "http://127.0.0.1:8000/v1", "/demo/v1", "gpt-4o", "sk-live-abcdef",
        "https://x.com/my-endpoint", "https://llm.example.com/v1", "http://yourcompany.com/v1",
        "my-model-here", "llama_here", "vllm-endpoint",
    ],
)  # fmt: skip
def test_a_real_value_is_no_placeholder(text: str) -> None:
    assert not is_placeholder(text)
