"""Stripe's errors as an exception, and their JSON in v1 and in v2."""

from __future__ import annotations

from typing import Any

DOCS = "https://stripe.com/docs/error-codes/"


class ApiError(Exception):
    """An error that is the answer to a call.

    `status` is the HTTP status. The body has the other arguments.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        type: str = "invalid_request_error",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code
        self.param, self.type = param, type
        self.headers = headers or {}

    def body(self, version: str, request_id: str) -> dict[str, Any]:
        """The JSON of the answer. `version` is `v1` or `v2`."""
        if version == "v2":
            code = self.code or "invalid_request"
            return {"error": {"type": self.type, "code": code, "message": self.message}}
        error: dict[str, Any] = {}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = DOCS + self.code.replace("_", "-")
        error["message"] = self.message
        if self.param:
            error["param"] = self.param
        error["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
        error["type"] = self.type
        return {"error": error}


def missing(noun: str, id: str, param: str = "id", status: int = 404) -> ApiError:
    return ApiError(status, f"No such {noun}: '{id}'", code="resource_missing", param=param)


def unknown_url(method: str, path: str) -> ApiError:
    message = f"Unrecognized request URL ({method}: {path}). "
    return ApiError(404, message + "The sandbox, like Stripe, has no such route.")


def unknown_parameter(name: str) -> ApiError:
    message = f"Received unknown parameter: {name}"
    return ApiError(400, message, code="parameter_unknown", param=name)


def missing_parameter(name: str) -> ApiError:
    message = f"Missing required param: {name}."
    return ApiError(400, message, code="parameter_missing", param=name)


def invalid(message: str, param: str, code: str | None = None) -> ApiError:
    return ApiError(400, message, code=code, param=param)
