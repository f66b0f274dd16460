"""Settings of AviationStack and of the poller."""

from pydantic import Field, SecretStr

from flightagents.domain.plans import Plan
from flightagents.settings.base import Count, Group, Seconds


class FeedSettings(Group):
    """What is polled, how often, and what the plan allows."""

    aviationstack_key: SecretStr | None = Field(None, description="access key; without it nothing is polled")
    aviationstack_url: str = Field("https://api.aviationstack.com/v1", description="base address of the API")
    aviationstack_plan: Plan = Field(Plan.FREE, description="free, basic, professional or business")
    poll_interval: Seconds = Field(60, description="seconds between two runs")
    poll_queries: str = Field(
        "", description="what to poll, such as dep_iata=JFK;arr_iata=JFK; empty: the unfiltered first page"
    )
    poll_max_pages: Count = Field(5, description="most pages (calls) of one query in one run")
