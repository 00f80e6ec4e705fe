"""The refusal of an API request, in Tavus' two shapes."""

from dataclasses import dataclass

INVALID_TOKEN = "Invalid access token"
INVALID_PATCH = "Invalid JSON patch format"


@dataclass(eq=False)
class ApiError(Exception):
    """The request is not carried out. ``message`` is for a person; ``field`` is the path of what is wrong, or empty.

    Tavus answers 400 with ``{"error"}`` and every other refusal with ``{"message"}``.
    """

    status: int
    message: str
    field: str = ""

    def as_json(self) -> dict[str, str]:
        body = {"error" if self.status == 400 else "message": self.message}
        if self.field:
            body["field"] = self.field
        return body


def wrong(message: str, field: str = "") -> ApiError:
    """400; the field's path stands in front of a sentence that doesn't begin with it."""
    if field and not message.startswith(field):
        message = f"{field}: {message}"
    return ApiError(400, message, field)


def invalid_id(field: str) -> ApiError:
    """400, for an unknown id and another's alike: Tavus knows no 404 here."""
    return ApiError(400, f"Invalid {field}", field)
