"""Puts our pages on a web application: Faust's own in a worker, a plain one in a test."""

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from flightagents.web.health import HealthPages, Readiness
from flightagents.web.site import Site
from flightagents.web.twilio import INBOUND, STATUS, Webhooks
from flightagents.web.views import TravellerPages


def mount(
    application: web.Application,
    site: Callable[[], Site],
    readiness: Callable[[], Readiness | None] = lambda: None,
) -> None:
    """Add the routes. aiohttp takes bodies of at most 1 MiB and answers 413 to others."""
    travellers, webhooks, health = TravellerPages(site), Webhooks(site), HealthPages(readiness)
    application.router.add_get("/f/{token}", travellers.flight)
    application.router.add_get("/u/{token}", travellers.ask)
    application.router.add_post("/u/{token}", travellers.change)
    application.router.add_post(INBOUND, webhooks.inbound)
    application.router.add_post(STATUS, webhooks.status)
    application.router.add_get("/metrics", _metrics)
    application.router.add_get("/healthz", health.alive)
    application.router.add_get("/readyz", health.ready)


async def _metrics(_request: web.Request) -> web.Response:
    """Show the counts for Prometheus; no label is about a person."""
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
