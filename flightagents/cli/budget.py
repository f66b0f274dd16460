"""`flightagents budget`: the month's calls, which come next and why, and how old all news is."""

from collections.abc import Iterator

import click
import msgspec
from faust.cli.base import cli

from flightagents.cli.running import with_world
from flightagents.domain.budget_sheet import BudgetSheet, NewsAge, next_calls
from flightagents.domain.budget_words import (
    WHYS,
    ago,
    ahead,
    amiss,
    asked,
    counted_pages,
    leaving,
    queries_said,
    sight_said,
)
from flightagents.domain.call_plan import CallPlan
from flightagents.wiring import World, wire_budget

MOST_CALLS = 20


@cli.command()
@click.option("--limit", default=50, show_default=True, help="How many flights, in order of departure.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, with all flights.")
def budget(limit: int, as_json: bool) -> None:
    """Show the calls of AviationStack: spent, left, planned, why; and how old the news of each flight is.

    Reads MongoDB alone, and spends no call.
    """

    async def work(world: World) -> BudgetSheet:
        return await wire_budget(world)()

    sheet = with_world(work)
    if as_json:
        click.echo(msgspec.json.encode(sheet))
        return
    for line in _lines(sheet, limit):
        click.echo(line)


def _lines(sheet: BudgetSheet, limit: int) -> Iterator[str]:
    yield from amiss(sheet)
    if sheet.plan is not None:
        yield from _month(sheet, sheet.plan)
        yield from _calls(sheet, sheet.plan)
    yield ""
    yield "News of the flights that leave within a day"
    for news in sheet.news[:limit]:
        yield _news(news, sheet)
    if not sheet.news:
        yield "  nobody is booked on one"
    if len(sheet.news) > limit:
        yield f"  {len(sheet.news) - limit:,} more: --limit {len(sheet.news)}"


def _month(sheet: BudgetSheet, plan: CallPlan) -> Iterator[str]:
    forecast = plan.forecast
    if forecast.quota is None:
        yield f"Calls this month  {forecast.spent:,} made; nothing limits them"
    else:
        yield (
            f"Calls this month  {forecast.spent:,} made of {forecast.quota:,} (plan {sheet.tier}), "
            f"{forecast.left:,} left"
        )
        yield f"Reserve           {forecast.reserve:,} for what is urgent, until the month ends"
    ends = forecast.month_ends
    yield f"At the month's end  about {forecast.at_month_end:,} made ({ends.day} {ends:%B}, UTC)"
    each = "" if forecast.calls_each is None else f", {forecast.calls_each:,.1f} calls for each"
    yield f"Flights to watch  {forecast.watched:,} until then, booked or likely to be{each}"
    yield f"POLL_QUERIES      {queries_said(plan)}"


def _calls(sheet: BudgetSheet, plan: CallPlan) -> Iterator[str]:
    yield ""
    yield "Next calls"
    calls = next_calls(plan)
    for call in calls[:MOST_CALLS]:
        when = ahead(call.due_at, sheet.at)
        yield f"  {when:<14}{asked(call.query):<34}{counted_pages(call.pages):<10}{WHYS[call.why]}"
    if len(calls) > MOST_CALLS:
        yield f"  and {len(calls) - MOST_CALLS} more"
    if not calls:
        yield "  none is worth making now"


def _news(news: NewsAge, sheet: BudgetSheet) -> str:
    route = f"{news.departure or '?'}-{news.arrival or '?'}"
    seen = f"seen {ago(news.seen_at, sheet.at)}" if news.seen_at else "not seen yet"
    look = f"next look {ahead(news.next_look, sheet.at)}" if news.next_look else "no look is planned"
    return (
        f"  {news.designator:<8}{news.flight_date}  {route:<9}{leaving(news, sheet.at):<22}"
        f"{seen:<22}{look:<26}{sight_said(news)}"
    )
