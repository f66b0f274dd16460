"""The OpenAPI document: valid, and true of what every route answers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import jsonschema
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from motor.motor_asyncio import AsyncIOMotorDatabase
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from yarl import URL

from tests.support.office import StaffSite
from tests.support.programs import BA117, ROOT, Program, busy_site, program

Database = AsyncIOMotorDatabase[dict[str, Any]]
pytestmark = pytest.mark.mongodb


@pytest.fixture
async def site(database: Database, mongodb: str) -> AsyncIterator[StaffSite]:
    async with busy_site(database, mongodb) as opened:
        yield opened


def schema(document: dict[str, Any], path: str, method: str, status: int, media: str) -> dict[str, Any]:
    found = document["paths"][ROOT + path][method]["responses"][str(status)]["content"][media]["schema"]
    return {**found, "components": document["components"]}


async def holds(who: Program, document: dict[str, Any], path: str, real: str = "", **query: str) -> None:
    """Check the answer of a path that is read."""
    answer = await who.ask("GET", real or path, query=query)
    wanted = schema(document, path, "get", answer.status, "application/json")
    jsonschema.validate(await answer.json(), wanted)


async def test_the_document_is_valid(site: StaffSite) -> None:
    document = await (await program(site)).get("/openapi.json")
    OpenAPIV31SpecValidator(document).validate()
    names = [each["operationId"] for path in document["paths"].values() for each in path.values()]
    assert len(set(names)) == len(names) > 40


async def test_every_answer_is_as_the_document_says(site: StaffSite) -> None:
    await site.use_cases.keep_punctuality()
    ada = await program(site, "ada")
    document = await ada.get("/openapi.json")
    key = (await ada.get("/bookings"))["items"][0]["key"]
    message = (await ada.get("/notifications"))["items"][0]["id"]
    rule = {"to": "duty@agency.example", "seen": 0}
    await (await ada.ask("PUT", "/rules/duty", json=rule)).read()
    names = {"flight": BA117, "key": key, "code": "LHR", "letter": "none", "notification": message}
    for path, methods in document["paths"].items():
        short = path.removeprefix(ROOT)
        if "get" not in methods or short.startswith("/exports"):
            continue
        code = {"code": "BA"} if "airlines" in short else {}
        real = short.format(**{**names, **code})
        await holds(ada, document, short, real)
        await holds(ada, document, short, real, limit="0")
    for act, body in (
        ("/disruptions/hold", {"flights": [BA117]}),
        ("/bookings", [{"reference": "X"}]),
        ("/rules/back-test", {"to": "duty@agency.example"}),
        ("/tasks/assign", {"tasks": ["none"]}),
    ):
        answer = await ada.ask("POST", act, json=body)
        jsonschema.validate(
            await answer.json(), schema(document, act, "post", answer.status, "application/json")
        )


async def test_lines_of_exports_are_as_the_document_says(site: StaffSite) -> None:
    ben = await program(site)
    document = await ben.get("/openapi.json")
    for name in ("flights", "changes", "notifications"):
        path = f"/exports/{name}.jsonl"
        answer = await ben.ask("GET", path, query={"from": "2026-11-22", "to": "2026-11-22"})
        wanted = schema(document, path, "get", 200, "application/x-ndjson")
        lines = (await answer.text()).splitlines()
        assert lines
        for line in lines:
            jsonschema.validate(msgspec.json.decode(line), wanted)


async def test_nothing_that_fits_the_document_breaks_the_api(site: StaffSite) -> None:
    """Ask every route for what the document allows, and for what it forbids."""
    ada = await program(site, "ada")
    document = await ada.get("/openapi.json")
    loaded = schemathesis.openapi.from_dict(document)
    found: list[tuple[str, str, dict[str, Any]]] = []

    def draw() -> None:
        for result in loaded.get_all_operations():
            operation = result.ok()
            for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:

                @settings(
                    max_examples=2,
                    database=None,
                    deadline=None,
                    derandomize=True,
                    suppress_health_check=list(HealthCheck),
                )
                @given(case=operation.as_strategy(generation_mode=mode))
                def collect(case: Any) -> None:  # noqa: ANN401 - a case of schemathesis
                    asked = case.as_transport_kwargs(base_url="http://host")
                    found.append((case.method, asked["url"], asked))

                with contextlib.suppress(Unsatisfiable):
                    collect()

    await asyncio.to_thread(draw)
    assert len(found) > 100
    for method, url, asked in found:
        where = URL(site.url + url.removeprefix("http://host"), encoded=True)
        answer = await site.client.session.request(
            method,
            where,
            params=_listed(asked.get("params")),
            headers={**ada.headers, "Content-Type": "application/json"},
            data=msgspec.json.encode(asked["json"]) if asked.get("json") is not None else None,
        )
        assert answer.status < 500, (method, url, asked, await answer.text())
        await answer.read()


def _listed(params: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Write parameters as a client would: each value of a list by itself."""
    found: list[tuple[str, str]] = []
    for name, value in (params or {}).items():
        values = value if isinstance(value, list) else [value]
        found += [
            (name, each if isinstance(each, str) else msgspec.json.encode(each).decode()) for each in values
        ]
    return found
