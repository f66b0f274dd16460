"""Carries the Twilio SDK's requests on our aiohttp session, each once, with a time-out.

The SDK's own AsyncTwilioHttpClient ignores its time-out and can post again after a 5xx: an SMS sent twice.
Errors are made anew from words: aiohttp's hold the headers, and with them the token.
"""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import aiohttp
from twilio.http.response import Response


class NotSentError(Exception):
    """The request did not leave."""


class NoAnswerError(Exception):
    """The request may have left, and what came back, if anything, says nothing."""


class BadCertificateError(Exception):
    """The server is not who it says it is; the request did not leave."""


class TooManyRequestsError(Exception):
    """HTTP 429: not processed. `after` where the answer says when to try again."""

    def __init__(self, after: timedelta | None) -> None:
        super().__init__("too many requests")
        self.after = after


class Transport:
    """What the SDK calls an HTTP client: not a subclass of its own, as it takes whatever has these names."""

    is_async = True

    def __init__(self, session: aiohttp.ClientSession, *, connect: timedelta, total: timedelta) -> None:
        self._session = session
        seconds = connect.total_seconds()
        self._timeout = aiohttp.ClientTimeout(
            total=total.total_seconds(), connect=seconds, sock_connect=seconds
        )

    async def request(  # noqa: PLR0917 - the signature is the SDK's
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the SDK's too
        allow_redirects: bool = False,
    ) -> Response:
        """Make one request. Raises the errors above; any other answer is the SDK's to read."""
        del timeout, allow_redirects  # ours is set above, and the token goes to the configured host alone
        failure: Exception
        try:
            async with self._session.request(
                method,
                uri,
                params=_texts(params),
                data=_texts(data),
                headers={**(headers or {}), **_login(auth)},
                timeout=self._timeout,
                allow_redirects=False,
                raise_for_status=False,
            ) as response:
                body = await response.read()
                return _readable(response.status, body, response.headers.get("Retry-After"))
        except aiohttp.ClientConnectorCertificateError:
            failure = BadCertificateError("the certificate is not valid for us")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL):
            failure = NotSentError("no connection")
        except (aiohttp.ClientError, OSError):  # TimeoutError is one
            failure = NoAnswerError("no answer")
        raise failure


def _login(auth: tuple[str, str] | None) -> dict[str, str]:
    """Write the header ourselves: aiohttp has a way for it only before, and another only since, 3.14."""
    if auth is None:
        return {}
    return {"Authorization": "Basic " + b64encode(":".join(auth).encode()).decode()}


def _texts(form: dict[str, object] | None) -> dict[str, str] | None:
    return None if form is None else {name: str(value) for name, value in form.items()}


def _readable(status: int, body: bytes, retry_after: str | None) -> Response:
    """Hold back what the SDK would stumble over: a 429, and a success that is no JSON object."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise TooManyRequestsError(wait_of(retry_after, datetime.now(UTC)))
    text = body.decode("utf-8", "replace")
    if status < HTTPStatus.MULTIPLE_CHOICES and not _is_object(text):
        raise NoAnswerError("an answer that is not Twilio's")
    return Response(status, text, {})


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def wait_of(retry_after: str | None, now: datetime) -> timedelta | None:
    """Read Retry-After: seconds or a date; None for neither."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return timedelta(seconds=min(int(retry_after), 86_400))
    try:
        return max(parsedate_to_datetime(retry_after) - now, timedelta())
    except (ValueError, TypeError):
        return None
