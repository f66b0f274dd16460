"""The list of routes -> the OpenAPI document that says the same: nothing in it is written by hand."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from flightagents.web.api.answers import Refused
from flightagents.web.api.exports import EXPORTS, Export, ExportAsked
from flightagents.web.api.routes import ROOT, Route

_WHERE = "#/components/schemas/{name}"
_ALWAYS = (400, 401, 403, 503)
ABOUT = """What the staff page can do, a program can do.

Send the token of `flightagents users token` as `Authorization: Bearer fa_...`. A browser's session works too;
its writes need the form token of the page as `X-Form-Token`. Times that end in Z are UTC.

A list answers at most `limit` items and a cursor, `next`: give it as `after` for the next page; null is
the end. A parameter that is a list is given several times: `kind=delayed&kind=cancelled`. An answer to
GET has an ETag: with If-None-Match it is sent again only if it is another. Parameters and fields that are not
listed are refused. A refusal is `{"error": ..., "field": ..., "errors": {...}}`: `errors` says what is wrong
with each field, by its path, such as `segments.0.flight_date`; `field` names the first.
"""


def document(routes: Sequence[Route], version: str) -> dict[str, Any]:
    """Write it."""
    types = [Refused, ExportAsked]
    for route in routes:
        types += [each for each in (route.answer, route.body, route.query) if each is not None]
    types += [export.line for export in EXPORTS]
    unique = list(dict.fromkeys(types))
    schemas, components = msgspec.json.schema_components(unique, ref_template=_WHERE)
    of = dict(zip(unique, schemas, strict=True))
    queries = {each.__name__ for each in {route.query for route in routes} | {ExportAsked}}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(ROOT + route.path, {})[route.method.lower()] = _operation(route, of, components)
    for export in EXPORTS:
        for path, operation in _streamed(export, of, components):
            paths[path] = {"get": operation}
    return {
        "openapi": "3.1.0",
        "info": {"title": "flightagents", "version": version, "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {name: each for name, each in components.items() if name not in queries},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route, of: Mapping[Any, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": route.name,
        "tags": [route.group],
        "summary": route.says,
        "description": f"Needs the role {route.role}.",
        "parameters": [*_path_parameters(route.path), *parameters(route.query, components)],
        "responses": {
            "200": {"description": "Done", "content": {"application/json": {"schema": of[route.answer]}}},
            **_refusals(route.errors + ((413, 415, 408) if route.body is not None else ()), of),
        },
    }
    if route.method == "GET":
        found["responses"]["304"] = {"description": "It is what If-None-Match names"}
    if route.body is not None:
        content: dict[str, Any] = {"schema": of[route.body]}
        if route.example:
            content["example"] = msgspec.json.decode(route.example)
        found["requestBody"] = {"required": True, "content": {"application/json": content}}
    return found


def _streamed(
    export: Export, of: Mapping[Any, Any], components: Mapping[str, Any]
) -> list[tuple[str, dict[str, Any]]]:
    return [
        (
            f"{ROOT}{export.path}.{form.ending}",
            {
                "operationId": f"export_{export.name}_{form.ending}",
                "tags": ["Exports"],
                "summary": export.says,
                "description": f"{form.says} Needs the role viewer.",
                "parameters": parameters(ExportAsked, components),
                "responses": {
                    "200": {"description": "The lines", "content": {form.media: {"schema": schema}}},
                    **_refusals((), of),
                },
            },
        )
        for form, schema in (
            (each, of[export.line] if each.ending == "jsonl" else {"type": "string"}) for each in export.forms
        )
    ]


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def parameters(query: type[msgspec.Struct], components: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the parameters of a query, as its struct says."""
    schema = components[query.__name__]
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": each}
        for name, each in schema["properties"].items()
    ]


def _refusals(statuses: Sequence[int], of: Mapping[Any, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": of[Refused]}}
    return {
        str(status): {"description": HTTPStatus(status).phrase, "content": content}
        for status in sorted({*_ALWAYS, *statuses})
    }
