"""One HTTP answer of AviationStack, read: a page of raw rows, or the error that says what to do about it.

`client.py` fetches; parsing comes after. Pure, so that the table of answers is tested without a socket.
"""

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

from flightagents.errors import (
    FeedMonthSpentError,
    FeedOutageError,
    FeedRateLimitError,
    FeedRefusedError,
    FlightagentsError,
)

MIN_RATE_LIMIT_WAIT = timedelta(seconds=60)
"""The least pause after `rate_limit_reached`, whatever `Retry-After` says (aviationstack.md, Errors)."""

MAX_RATE_LIMIT_WAIT = timedelta(days=1)
"""The longest pause that we believe. Our choice: a wild `Retry-After` must not silence the feed for long."""


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one answer, not yet judged: a row is whatever JSON value stood there, object or not.

    The figures are those of `pagination`, None where the feed left one out or sent no whole number.
    """

    rows: list[Any]
    limit: int | None = None
    offset: int | None = None
    count: int | None = None
    total: int | None = None


def read_answer(status: int, retry_after: str | None, body: bytes, *, now: datetime) -> Page:
    """Give the page, or raise what the answer means: refused, too fast, month spent, or an outage.

    The error is looked for before `data` and under any status, since errors come with HTTP 200 too. `now`
    (aware) is what a `Retry-After` that is a date counts from. Errors quote AviationStack's words at full
    length, after ours: the caller takes out what must not be shown, then cuts the end off.
    """
    too_fast = FeedRateLimitError(_waiting(retry_after, now))
    failure: FlightagentsError
    try:
        answer = _decoded(body)
    except (ValueError, RecursionError):  # HTML from a gateway, a cut body, brackets without end
        failure = _by_status(status, "not JSON", too_fast, by_gateway=True)
    else:
        fields = answer if isinstance(answer, dict) else {}
        rows = fields.get("data")
        if complaint := fields.get("error"):
            failure = _by_complaint(status, complaint, too_fast)
        elif isinstance(rows, list) and HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return _page(rows, fields.get("pagination"))
        elif isinstance(message := fields.get("message"), str):
            failure = _by_status(status, message, too_fast)
        else:
            failure = _by_status(status, "JSON without rows", too_fast, by_gateway=True)
    raise failure  # not inside `except`: the error then drags no foreign one behind it


class _Refusal(NamedTuple):
    advice: str
    query_only: bool


_SET_KEY = "set FLIGHTAGENTS_AVIATIONSTACK_KEY to the access key that AviationStack's dashboard shows"
_SET_URL = "set FLIGHTAGENTS_AVIATIONSTACK_URL to the API's base, such as https://api.aviationstack.com/v1"
_SET_PLAN = "set FLIGHTAGENTS_AVIATIONSTACK_PLAN to the plan that the key has"
_SET_QUERY = "change this query in FLIGHTAGENTS_POLL_QUERIES"

# What a person has to change, and whether only the query that was refused stops (aviationstack.md, Errors).
_REFUSALS = {
    "invalid_access_key": _Refusal(f"the key is not valid; {_SET_KEY}", query_only=False),
    "missing_access_key": _Refusal(f"no key arrived; {_SET_KEY}", query_only=False),
    "inactive_user": _Refusal(
        f"the account is not active; activate it at AviationStack, or {_SET_KEY} of an active account",
        query_only=False,
    ),
    "function_access_restricted": _Refusal(
        f"the plan does not include what is asked; {_SET_QUERY} (flight_date needs Basic or above), or book "
        f"a larger plan and {_SET_PLAN}",
        query_only=True,
    ),
    "https_access_restricted": _Refusal(
        "the plan does not include HTTPS; set FLIGHTAGENTS_AVIATIONSTACK_URL to http://... (the key then "
        f"travels unencrypted), or book a larger plan and {_SET_PLAN}",
        query_only=False,  # whatever is asked, it goes the same way
    ),
    "invalid_api_function": _Refusal(f"the path is wrong; {_SET_URL}", query_only=False),
}

# Refusals whose code we do not know. Any other 4xx is taken for a wrong query.
_REFUSALS_BY_STATUS: dict[int, _Refusal] = {
    HTTPStatus.UNAUTHORIZED: _Refusal(_SET_KEY, query_only=False),
    HTTPStatus.FORBIDDEN: _Refusal(f"{_SET_QUERY}, or {_SET_PLAN}", query_only=True),
    HTTPStatus.NOT_FOUND: _Refusal(_SET_URL, query_only=False),
}

# 4xx that time heals: the server gave up waiting for us, or would not take early data.
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY}

# A code is one word. Their PHP sends whole exception texts in its place: a crash, whatever the status says.
_CODE = re.compile(r"\w{1,64}", re.ASCII)


def _by_complaint(status: int, complaint: object, too_fast: FeedRateLimitError) -> FlightagentsError:
    """Judge what stood under `error`: `{code, message[, context]}`, but any JSON value has to be borne."""
    fields = complaint if isinstance(complaint, dict) else {"message": complaint}
    code, message = str(fields.get("code", "")), str(fields.get("message", ""))
    match code:
        case "rate_limit_reached":
            return too_fast
        case "usage_limit_reached":
            return FeedMonthSpentError("AviationStack says that the calls of this month are spent")
        case "validation_error":
            return _invalid(message, fields.get("context"))
        case _ if known := _REFUSALS.get(code):
            return FeedRefusedError(code, known.advice, query_only=known.query_only)
    is_crash = code == "internal_error" or (code != "" and _CODE.fullmatch(code) is None)
    return _by_status(status, f"{code} {message}".strip(), too_fast, by_gateway=is_crash)


def _by_status(
    status: int, said: str, too_fast: FeedRateLimitError, *, by_gateway: bool = False
) -> FlightagentsError:
    """Judge by the HTTP status alone; a 4xx refuses us only if the API said so, no gateway and no crash."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return too_fast
    if status in (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT):
        # Never followed: `Location` repeats the query string, so the key would go wherever it points.
        return FeedRefusedError(f"HTTP {status}", f"the feed has moved for good; {_SET_URL}")
    is_4xx = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    if by_gateway or not is_4xx or status in _PASSING:
        return FeedOutageError(f"HTTP {status}, {said}")
    refusal = _REFUSALS_BY_STATUS.get(status, _Refusal(_SET_QUERY, query_only=True))
    return FeedRefusedError(
        f"HTTP {status}", f"{refusal.advice}; it said: {said}", query_only=refusal.query_only
    )


def _invalid(message: str, context: object) -> FeedRefusedError:
    """Name the parameter: `context` is `{parameter: [{"key", "message"}]}`, and may be missing."""
    wrong = context if isinstance(context, dict) else {}
    details = "; ".join(f"{parameter}: {_first_message(found)}" for parameter, found in wrong.items())
    # `limit` is none of the query's: the page size follows the plan.
    advice = _SET_PLAN if "limit" in wrong else _SET_QUERY
    return FeedRefusedError("validation_error", f"{advice}; it said: {details or message}", query_only=True)


def _first_message(found: object) -> str:
    match found:
        case [{"message": str(message)}, *_]:
            return message
        case _:
            return str(found)


def _waiting(retry_after: str | None, now: datetime) -> timedelta:
    """How long to wait: `Retry-After` in seconds or as an HTTP date, within our bounds."""
    text = (retry_after or "").strip()
    try:
        if text.isdecimal():
            wait = timedelta(seconds=int(text))
        else:
            when = parsedate_to_datetime(text)
            wait = (when if when.tzinfo else when.replace(tzinfo=UTC)) - now
    except OverflowError:
        return MAX_RATE_LIMIT_WAIT
    except ValueError:  # neither form, or nothing
        return MIN_RATE_LIMIT_WAIT
    return min(max(wait, MIN_RATE_LIMIT_WAIT), MAX_RATE_LIMIT_WAIT)


def _page(rows: list[Any], pagination: object) -> Page:
    figures = pagination if isinstance(pagination, dict) else {}
    limit, offset, count, total = (
        _whole(figures.get(name)) for name in ("limit", "offset", "count", "total")
    )
    return Page(rows, limit, offset, count, total)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _decoded(body: bytes) -> object:
    """Decode strictly, and where that fails leniently, so that one odd value does not cost the page its rows.

    What JSON or UTF-8 cannot hold stays in its row as text that no field accepts (`NaN`, `1e999`, a figure of
    thousands of digits), or with a replacement character (broken bytes, half a surrogate pair).
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = body.decode("utf-8-sig", errors="replace")
        lenient = json.loads(text, parse_constant=str, parse_int=_integer, parse_float=_float)
        # Half a pair (`\ud800`) passes json, but no encoder after it: through UTF-8 it becomes `?`.
        return json.loads(json.dumps(lenient, ensure_ascii=False).encode(errors="replace"))


def _integer(text: str) -> int | str:
    most_digits = 300  # more than any figure means; Python itself refuses beyond 4,300
    return int(text) if len(text) <= most_digits else text


def _float(text: str) -> float | str:
    return value if math.isfinite(value := float(text)) else text
