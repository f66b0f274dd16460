"""Anna's page, what she reads on it, and what is counted of it."""

import re
from dataclasses import replace
from typing import Any

from aiohttp import ClientResponse
from prometheus_client import REGISTRY

from tests.support.agency import BA117, LINKS, Agency
from tests.support.messages import ANNAS_PHONE
from tests.support.rows import row
from tests.support.travellers import booking
from tests.support.website import Client, Website

TAG = re.compile(r"<[^>]+>")
ANNA_BOTH = booking(phone=ANNAS_PHONE)
TOKEN = LINKS.token(ANNA_BOTH.id, BA117)
PAGE, EMAILS = f"/f/{TOKEN}", f"/u/{TOKEN}"


async def told(minutes: int = 90, gate: str | None = None, **differs: Any) -> Website:  # noqa: ANN401
    """Anna was told by email and SMS that BA117 is late."""
    agency = Agency()
    await agency.books(replace(ANNA_BOTH, **differs))
    where = {"gate": gate} if gate else {}
    await agency.shows(row(departure=where))
    await agency.shows(row(delay=minutes, departure=where))
    await agency.delivers()
    return Website(agency)


async def text_of(response: ClientResponse) -> str:
    """Give the words of a page, without markup."""
    body = re.sub(r"<style>.*?</style>", "", await response.text(), flags=re.DOTALL)
    return " ".join(TAG.sub(" ", body).split())


async def read(client: Client, path: str = PAGE) -> str:
    response = await client.get(path)
    assert response.status == 200
    return await text_of(response)


def fallbacks(language: str) -> float:
    """Give how often English stood in for a language."""
    name = "flightagents_language_fallbacks_total"
    return REGISTRY.get_sample_value(name, {"language": language}) or 0.0
