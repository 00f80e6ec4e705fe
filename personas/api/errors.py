"""Errors of the API, in Tavus' two shapes."""

from dataclasses import dataclass

INVALID_TOKEN = "Invalid access token"
INVALID_PATCH = "Invalid JSON patch format"


@dataclass(eq=False)
class ApiError(Exception):
    """Fails an API request. ``message`` is for a person; ``field`` is the path of the invalid value, or empty.

    Tavus answers 400 with ``{"error"}`` and every other error with ``{"message"}``.
    """

    status: int
    message: str
    field: str = ""

    def as_json(self) -> dict[str, str]:
        body = {"error" if self.status == 400 else "message": self.message}
        if self.field:
            body["field"] = self.field
        return body


def bad_request(message: str, field: str = "") -> ApiError:
    """Return a 400. The field's path is put before a sentence that doesn't begin with it."""
    if field and not message.startswith(field):
        message = f"{field}: {message}"
    return ApiError(400, message, field)


def invalid_id(field: str) -> ApiError:
    """Return a 400 for an unknown id and for another user's alike: Tavus has no 404 here."""
    return ApiError(400, f"Invalid {field}", field)
