"""The demo LLM's errors, in OpenAI's format: ``{"error": {"message", "type", "param", "code"}}``."""

from dataclasses import dataclass
from http import HTTPStatus


@dataclass(eq=False)
class ApiError(Exception):
    """An error response. ``param`` names the request's field; ``code`` is OpenAI's code, if it has one."""

    status: HTTPStatus
    message: str
    type: str = "invalid_request_error"
    param: str | None = None
    code: str | None = None

    def __str__(self) -> str:
        return f"{int(self.status)} {self.code or self.type}: {self.message}"

    def as_json(self) -> dict[str, dict[str, str | None]]:
        return {
            "error": {
                "message": self.message,
                "type": self.type,
                "param": self.param,
                "code": self.code,
            }
        }


def bad_request(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    return ApiError(HTTPStatus.BAD_REQUEST, message, param=param, code=code)


def wrong_key() -> ApiError:
    return ApiError(
        HTTPStatus.UNAUTHORIZED,
        "Incorrect API key provided. Send the demo LLM's key as 'Authorization: Bearer <key>': the server's setting "
        "DEMO_LLM_KEY or, without one, the file keys/demo_llm_key of its data folder.",
        code="invalid_api_key",
    )


def unknown_model(name: str, known: tuple[str, ...]) -> ApiError:
    return ApiError(
        HTTPStatus.NOT_FOUND,
        f"The model '{name[:100]}' does not exist. The demo LLM has: {', '.join(known)}.",
        param="model",
        code="model_not_found",
    )


def unknown_url(method: str, path: str) -> ApiError:
    return ApiError(HTTPStatus.NOT_FOUND, f"Unknown request URL: {method} {path}.", code="unknown_url")


def method_not_allowed(method: str, allowed: str) -> ApiError:
    return ApiError(
        HTTPStatus.METHOD_NOT_ALLOWED,
        f"Not allowed to {method} on this address; use {allowed}.",
        code="method_not_allowed",
    )


def too_large(limit_bytes: int | None) -> ApiError:
    return ApiError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The request's body is larger than {limit_bytes} bytes.",
        code="request_too_large",
    )
