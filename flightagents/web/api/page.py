"""/api: the list of routes for people, with an example of each, made of the same list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from flightagents.web.staff.frame import Frame


@dataclass(frozen=True, slots=True)
class Shown:
    """A route as the page shows it."""

    method: str
    path: str
    summary: str
    description: str
    parameters: Sequence[Mapping[str, Any]]
    example: str


def shown(document: Mapping[str, Any], site: str) -> dict[str, list[Shown]]:
    """Give the routes of a document by group; `site` is where curl finds us."""
    groups: dict[str, list[Shown]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            one = Shown(
                method=method.upper(),
                path=path,
                summary=operation["summary"],
                description=operation["description"],
                parameters=[
                    {**each, "what": _what(each["schema"], document)} for each in operation["parameters"]
                ],
                example=_curl(
                    method, site + path, operation, _json(body["example"]) if "example" in body else ""
                ),
            )
            groups.setdefault(operation["tags"][0], []).append(one)
    return groups


def _curl(method: str, url: str, operation: Mapping[str, Any], body: str) -> str:
    needed = [each for each in operation["parameters"] if each["in"] == "query" and each["required"]]
    query = "&".join(f"{each['name']}={_EXAMPLES.get(each['name'], '1')}" for each in needed)
    parts = ["curl", *([f"-X {method.upper()}"] if method != "get" else [])]
    parts.append('-H "Authorization: Bearer $TOKEN"')
    if body:
        parts.append(f"-H 'Content-Type: application/json' -d '{body}'")
    parts.append(f"'{url}{'?' + query if query else ''}'")
    return " ".join(parts)


def _what(schema: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """Say in words what a parameter may be."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        kinds = [each for each in schema["anyOf"] if each.get("type") != "null"]
        return " or ".join(_what(each, document) for each in kinds)
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"any of: {_what(schema['items'], document)}"
    span = f", {schema['minimum']} to {schema['maximum']}" if "maximum" in schema else ""
    default = f", else {schema['default']}" if schema.get("default") not in (None, "", []) else ""
    words = schema.get("description") or _WORDS.get(schema.get("format", ""), schema.get("type", "text"))
    return f"{words}{span}{default}"


_WORDS = {
    "date": "a date, such as 2026-11-22",
    "date-time": "a time, such as 2026-11-22T12:00:00Z",
    "": "text",
}


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


_EXAMPLES = {"from": "2026-11-01", "to": "2026-11-22"}


class ApiPage:
    """Shows it."""

    def __init__(self, frame: Callable[[], Frame], document: Mapping[str, Any]) -> None:
        self._frame = frame
        self._document = document

    async def show(self, request: web.Request) -> web.Response:
        """Show all routes."""
        site = str(request.url.origin())
        groups = shown(self._document, site)
        return self._frame().page(
            request, "api.html", groups=groups, about=self._document["info"]["description"]
        )
