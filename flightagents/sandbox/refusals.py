"""AviationStack's ways to say no, each with the status and body that it is known to answer with."""

import json
from dataclasses import dataclass
from enum import Enum

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that holds no flights."""

    status: int
    body: str
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


def refusal(status: int, code: str, message: str, **more: object) -> Refusal:
    """Write an error in the vendor's usual shape."""
    return Refusal(status, json.dumps({"error": {"code": code, "message": message, **more}}))


_SUPPORT = "An error has occured. [Technical Support: support@apilayer.com]"
_LEGACY = "Argument 1 passed to App\\Legacy\\SharedFunctions::mysql_fetch_array() must be a PDOStatement"
_TOO_FAST = "You have exceeded the maximum rate limitation allowed on your subscription plan."
_PLAN = "Your current subscription plan does not support this API function."
_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class Failure(Enum):
    """What `AviationStack.fail_next` can answer with instead of flights."""

    RATE_LIMIT = Refusal(
        429,
        json.dumps({"error": {"code": "rate_limit_reached", "message": _TOO_FAST}}),
        headers=(("Retry-After", "60"),),
    )
    MONTH_SPENT = refusal(429, "usage_limit_reached", "Your monthly usage limit has been reached.")
    INVALID_KEY = refusal(401, "invalid_access_key", "You have not supplied a valid API Access Key.")
    MISSING_KEY = refusal(401, "missing_access_key", "You have not supplied an API Access Key.")
    INACTIVE_USER = refusal(401, "inactive_user", "Your user account is inactive.")
    FUNCTION_RESTRICTED = refusal(403, "function_access_restricted", _PLAN)
    HTTPS_RESTRICTED = refusal(403, "https_access_restricted", _PLAN)
    INVALID_FUNCTION = refusal(404, "invalid_api_function", "This API Function does not exist.")
    INTERNAL_ERROR = refusal(500, "internal_error", _SUPPORT)
    ERROR_WITH_STATUS_200 = refusal(200, "internal_error", _SUPPORT)
    EXCEPTION_AS_CODE = refusal(200, _LEGACY, _LEGACY)
    MESSAGE_ALONE = Refusal(500, json.dumps({"message": "Internal Server Error"}))
    HTML_502 = Refusal(502, _GATEWAY, "text/html")
    HTML_200 = Refusal(200, _GATEWAY, "text/html")
    CUT_OFF = Refusal(
        200, '{"pagination":{"limit":100,"offset":0,"count":100,"total":2394},"data":[{"flight_da'
    )
    EMPTY = Refusal(
        200, json.dumps({"pagination": {"limit": 100, "offset": 0, "count": 0, "total": 0}, "data": []})
    )
    TIME_OUT = Refusal(504, "")
    """No answer at all, for as long as the caller waits."""
    HANG_UP = Refusal(200, "")
    """The connection is closed instead of an answer."""


def invalid(parameter: str, message: str) -> Refusal:
    """Refuse a parameter."""
    context = {parameter: [{"key": f"invalid_{parameter}", "message": message}]}
    return refusal(422, "validation_error", "Request failed with validation error", context=context)
