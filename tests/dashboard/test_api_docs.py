"""The API's page and its OpenAPI document: served by this site, under its CSP, with an example for each body."""

from html.parser import HTMLParser

from django.test import Client, override_settings

from dashboard import settings as product
from dashboard.api import api
from dashboard.middleware import CONTENT_SECURITY_POLICY


class Page(HTMLParser):
    """Collects what a strict CSP would block."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.sources: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        by_name = dict(attributes)
        self._in_script = tag == "script"
        if tag in {"script", "link", "img"} and (source := by_name.get("src") or by_name.get("href")):
            self.sources.append(source)
        self.inline += [f"{tag} {name}" for name in by_name if name == "style" or name.startswith("on")]
        if tag == "style":
            self.inline.append(tag)

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.inline.append("script")


@override_settings(MIDDLEWARE=product.MIDDLEWARE)
def test_the_documentation_page_is_served_locally_under_the_policy(client: Client, db: None) -> None:
    response = client.get("/v2/docs")
    assert response.status_code == 200
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    page = Page()
    page.feed(response.content.decode())
    assert page.inline == []
    assert all(source.startswith("/static/") for source in page.sources)
    scripts = [source for source in page.sources if source.endswith(".js")]
    assert [client.get(source).status_code for source in scripts] == [200] * len(scripts)


def test_the_page_and_the_document_are_open_to_everyone(client: Client, db: None) -> None:
    for path in ("/v2/docs", "/v2/openapi.json"):
        assert client.get(path).status_code == 200
        assert client.post(path).status_code == 405


def test_the_document_is_openapi_3_1_with_an_example_for_each_body(client: Client, db: None) -> None:
    document = client.get("/v2/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"] == {
        "ApiKeyHeader": {"type": "apiKey", "in": "header", "name": "x-api-key"}
    }
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["security"] == [{"ApiKeyHeader": []}], (method, path)
            assert operation["summary"]
            assert operation["description"]
            if "requestBody" in operation:
                content = operation["requestBody"]["content"]["application/json"]
                name = content["schema"].get("$ref", "").rpartition("/")[2]
                assert content.get("example") or schemas[name]["examples"], (method, path)


def test_the_document_is_made_once(client: Client, db: None) -> None:
    served = client.get("/v2/openapi.json").json()
    document = api.get_openapi_schema()
    assert served["paths"].keys() == document["paths"].keys()
    assert api.get_openapi_schema() is document
