"""A request -> what a route asks for; or a refusal that names the field."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import web
from multidict import MultiMapping

from flightagents.web.api.routes import RefusalError

_PLACE = re.compile(r"^(?P<error>.*?)(?: - at `\$\.?(?P<field>.*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<field>.*)`", re.DOTALL)


def read_query(query: MultiMapping[str], wanted: type[msgspec.Struct]) -> Any:  # noqa: ANN401 - as `wanted` says
    """Read the parameters of a request. What is empty is not given. Raises RefusalError."""
    lists = {each.encode_name for each in msgspec.structs.fields(wanted) if _is_list(each.type)}
    values: dict[str, Any] = {}
    for name, value in query.items():
        require_text(value, name)
    for name in dict.fromkeys(query):
        given = [each for each in query.getall(name) if each]
        if name in lists:
            values[name] = given
        elif len(given) > 1:
            raise RefusalError(400, "it is given twice", name[:100])
        elif given or name not in _names(wanted):
            values[name] = given[0] if given else ""
    try:
        return msgspec.convert(values, wanted, strict=False)
    except msgspec.ValidationError as exc:
        raise refusal_of(exc) from None


async def read_body(request: web.Request, wanted: Any) -> Any:  # noqa: ANN401 - as `wanted` says
    """Read the body of a request. Raises RefusalError."""
    if wanted is None:
        return None
    if request.content_type != "application/json":
        raise RefusalError(415, "send JSON, with Content-Type: application/json")
    content = await request.read()
    try:
        return msgspec.json.decode(content, type=wanted)
    except msgspec.ValidationError as exc:
        raise refusal_of(exc) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise RefusalError(400, f"this is no JSON: {exc}") from None
    except RecursionError:
        raise RefusalError(400, "this is nested too deeply") from None


def require_text(value: str, field: str) -> None:
    """Refuse what nobody means and no database takes: half a character, or one that is none."""
    if any(each < " " or "\ud800" <= each <= "\udfff" for each in value):
        raise RefusalError(400, "it holds characters that are no text", field[:100])


def refusal_of(exc: msgspec.ValidationError) -> RefusalError:
    """Say which field is wrong: `segments.0.flight_date`."""
    found = _PLACE.match(str(exc))
    error, place = (found["error"], found["field"] or "") if found else (str(exc), "")
    for pattern in (_UNKNOWN, _MISSING):
        if named := pattern.fullmatch(error):
            place = f"{place}.{named['field']}" if place else named["field"]
    place = re.sub(r"\[(\d+|\.\.\.)\]", r".\1", place).lstrip(".")
    return RefusalError(400, error[:300], place[:100] or None)


def _is_list(kind: object) -> bool:
    inner = getattr(kind, "__origin__", None)
    return inner in (tuple, frozenset, list)


def _names(wanted: type[msgspec.Struct]) -> Mapping[str, object]:
    return {each.encode_name: each for each in msgspec.structs.fields(wanted)}
