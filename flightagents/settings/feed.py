"""Settings of AviationStack and of the poller."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from flightagents.domain.plans import Plan
from flightagents.settings.base import Count, Group, Seconds, Shape
from flightagents.settings.queries import FILTERS, parse_queries
from flightagents.settings.written import Url, each_part


def _access_key(key: SecretStr) -> SecretStr:
    """Refuse what no address carries unharmed."""
    plain = key.get_secret_value()
    if not (plain.isascii() and plain.isprintable() and " " not in plain):
        raise ValueError
    return key


class FeedSettings(Group):
    """What is polled, how often, and what the plan allows."""

    aviationstack_key: (
        Annotated[SecretStr, AfterValidator(_access_key), Shape("AviationStack's access key, without spaces")]
        | None
    ) = Field(
        None,
        description="access key; without it nothing is polled",
        examples=["0123456789abcdef0123456789abcdef"],
    )
    aviationstack_url: Url = Field("https://api.aviationstack.com/v1", description="base address of the API")
    aviationstack_plan: Plan = Field(Plan.FREE, description="free, basic, professional or business")
    poll_interval: Seconds = Field(
        60, description="seconds until the queries are asked again, if the calls last"
    )
    poll_queries: Annotated[
        str,
        each_part(parse_queries),
        Shape(f"queries such as filter=value&filter=value, parted by ;, of {', '.join(sorted(FILTERS))}"),
    ] = Field(
        "",
        description="what to poll beside booked flights, such as dep_iata=JFK;arr_iata=JFK; empty, and "
        "nobody booked: the unfiltered first page",
        examples=["dep_iata=JFK;arr_iata=JFK&flight_status=cancelled"],
    )
    poll_max_pages: Count = Field(5, description="most pages (calls) of one of these queries at a time")
