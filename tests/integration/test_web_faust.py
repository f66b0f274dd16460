"""Faust's own pages on our web server: aside, and behind the login."""

from collections.abc import AsyncIterator

import pytest

from flightagents.app import FlightApp
from flightagents.settings import Settings
from flightagents.web.connections import BoundedServer
from tests.support.agency import Agency
from tests.support.website import Client, Website, log_in, serve


class Wired:
    """What a worker's use cases are to the web."""

    def __init__(self, site: Website) -> None:
        self.site = site.site


@pytest.fixture
def app() -> FlightApp:
    return FlightApp(Settings())


@pytest.fixture
async def client(app: FlightApp) -> AsyncIterator[Client]:
    app.web.blueprints.apply(app.web)
    app.web.init_server()
    async with serve(app.web.web_app) as found:
        yield found


async def test_its_connections_are_bounded_and_no_address_is_logged(app: FlightApp) -> None:
    runner = app.web._runner
    await runner.setup()
    assert isinstance(runner.server, BoundedServer)
    assert runner.server().access_logger is None
    await runner.cleanup()


async def test_before_all_is_wired_nothing_is_shown_but_that(client: Client) -> None:
    answer = await client.get("/stats")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    answer = await client.get("/login", headers={"Accept": "text/html"})
    assert answer.status == 503


async def test_fausts_statistics_are_json_behind_the_login(app: FlightApp, client: Client) -> None:
    app.use_cases = Wired(Website(Agency()))  # type: ignore[assignment]  # its pages are all that is asked
    assert (await client.get("/stats")).status == 401
    await log_in(client, "vera")
    answer = await client.get("/stats")
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert await answer.json() == {}  # an app that has not started has no sensor
    assert (await client.get("/stats/assignment")).status == 200
    assert (await client.get("/faust/performance/")).status == 200
    assert (await client.get("/faust/table/")).status == 404
    assert (await client.get("/faust/router/")).status == 404
    assert (await client.get("/faust/router/x/")).status == 404


async def test_a_post_to_fausts_pages_needs_more_than_a_login(app: FlightApp, client: Client) -> None:
    app.use_cases = Wired(Website(Agency()))  # type: ignore[assignment]  # as above
    await log_in(client, "ada")
    assert (await client.post("/stats")).status in (403, 405)
