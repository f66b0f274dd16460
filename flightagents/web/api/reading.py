"""A request -> what a route asks for; or a refusal that names every field that is wrong."""

from collections.abc import Iterator
from itertools import islice
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from aiohttp import web
from multidict import MultiMapping

from flightagents.web.api.routes import RefusalError, refusal_of

MOST_WRONG = 100
"""Fields that a refusal names."""


def read_query(query: MultiMapping[str], wanted: type[msgspec.Struct]) -> Any:  # noqa: ANN401 - as `wanted` says
    """Read the parameters of a request. What is empty is not given. Raises RefusalError."""
    known = {each.encode_name: each.type for each in msgspec.structs.fields(wanted)}
    values: dict[str, Any] = {}
    for name, value in query.items():
        require_text(value, name)
    for name in dict.fromkeys(query):
        given = [each for each in query.getall(name) if each]
        if name in known and _item_in(known[name]) is not None:
            values[name] = given
        elif len(given) > 1:
            raise RefusalError(400, "it is given twice", name[:100])
        elif given or name not in known:
            values[name] = given[0] if given else ""
    return _converted(values, wanted, strict=False)


async def read_body(request: web.Request, wanted: Any) -> Any:  # noqa: ANN401 - as `wanted` says
    """Read the body of a request. Raises RefusalError."""
    if wanted is None:
        return None
    if request.content_type != "application/json":
        raise RefusalError(415, "send JSON, with Content-Type: application/json")
    try:
        return _converted(msgspec.json.decode(await request.read()), wanted)
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise RefusalError(400, f"this is no JSON: {exc}") from None
    except RecursionError:
        raise RefusalError(400, "this is nested too deeply") from None


def require_text(value: str, field: str) -> None:
    """Refuse what nobody means and no database takes: half a character, or one that is none."""
    if any(each < " " or "\ud800" <= each <= "\udfff" for each in value):
        raise RefusalError(400, "it holds characters that are no text", field[:100])


def _converted(value: object, wanted: Any, *, strict: bool = True) -> Any:  # noqa: ANN401 - as `wanted` says
    try:
        return msgspec.convert(value, wanted, strict=strict)
    except msgspec.ValidationError:
        raise refusal_of(dict(islice(wrong_fields(value, wanted, strict=strict), MOST_WRONG))) from None


def wrong_fields(
    value: object,
    wanted: Any,  # noqa: ANN401 - a type that msgspec knows
    place: str = "",
    *,
    strict: bool = True,
) -> Iterator[tuple[str, str]]:
    """Tell of each field that is wrong its path, `segments.0.flight_date`, and why.

    msgspec itself stops at the first one.
    """
    found = False
    for where, part, kind in _parts(value, wanted, place):
        wrong = [(where, kind)] if isinstance(kind, str) else wrong_fields(part, kind, where, strict=strict)
        for each in wrong:
            found = True
            yield each
    if found:
        return
    try:
        msgspec.convert(value, wanted, strict=strict)
    except msgspec.ValidationError as exc:
        yield place[:100], str(exc).partition(" - at `")[0][:300]


def _parts(value: object, wanted: Any, place: str) -> Iterator[tuple[str, object, Any]]:  # noqa: ANN401 - as above
    """Give the fields of a struct, or the items of a list, each with its type, or with what is wrong."""
    inside = f"{place}." if place else ""
    struct, item = _struct_in(wanted), _item_in(wanted)
    if isinstance(value, dict) and struct is not None:
        known = {each.encode_name: each for each in msgspec.structs.fields(struct)}
        for name, field in known.items():
            if name in value:
                yield inside + name, value[name], field.type
            elif field.required:
                yield inside + name, None, "it is missing"
        for name in value:
            if name not in known:
                yield f"{inside}{name}"[:100], None, "there is no such field"
    elif isinstance(value, list) and item is not None:
        for number, each in enumerate(value):
            yield f"{inside}{number}", each, item


def _struct_in(wanted: Any) -> type[msgspec.Struct] | None:  # noqa: ANN401 - as above
    kinds = (each for each in _kinds(wanted) if isinstance(each, type) and issubclass(each, msgspec.Struct))
    return next(kinds, None)


def _item_in(wanted: Any) -> Any:  # noqa: ANN401 - as above
    lists = (each for each in _kinds(wanted) if get_origin(each) in (list, tuple, frozenset))
    return next((get_args(each)[0] for each in lists), None)


def _kinds(wanted: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    """Give what a type may be: each of a union, without notes."""
    if get_origin(wanted) is Annotated:
        yield from _kinds(get_args(wanted)[0])
    elif get_origin(wanted) in (Union, UnionType):
        for each in get_args(wanted):
            yield from _kinds(each)
    else:
        yield wanted
