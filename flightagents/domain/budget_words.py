"""The words of the month's calls: what a call asks for, why it is made, how long ago or ahead a time is."""

from datetime import datetime, timedelta

from flightagents.domain.budget_sheet import BudgetSheet, NewsAge
from flightagents.domain.call_plan import CallPlan, Rest, Why
from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import UNFILTERED
from flightagents.domain.sight_words import SIGHTS
from flightagents.domain.sight_words import WHY as CAUSES

WHYS = {
    Why.CONFIRM: "second look, so that it is sure",
    Why.TOLD: "somebody was told of it",
    Why.BOOKED: "somebody is booked on it",
    Why.BOARD: "booked flights, together",
    Why.FILTER: "bad news among booked flights",
    Why.QUERY: "a query of the settings",
}
WHOLE_FEED = "the first page of the whole feed"
_ASKED = {
    "flight_iata": "flight {}",
    "flight_icao": "flight {}",
    "flight_number": "flight number {}",
    "dep_iata": "from {}",
    "dep_icao": "from {}",
    "arr_iata": "to {}",
    "arr_icao": "to {}",
    "airline_iata": "of {}",
    "airline_icao": "of {}",
    "airline_name": "of {}",
    "flight_status": "{}",
    "flight_date": "on {}",
    "min_delay_dep": "{} min late or more",
    "max_delay_dep": "{} min late or less",
    "min_delay_arr": "{} min late or more on arrival",
    "max_delay_arr": "{} min late or less on arrival",
}
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def asked(query: str) -> str:
    """Say what a query asks for: flight BA117 on 2026-11-22."""
    if query == UNFILTERED:
        return WHOLE_FEED
    parts = (part.partition("=") for part in query.split("&"))
    return " ".join(_ASKED.get(name, f"{name} {{}}").format(value) for name, _, value in parts)


def lasting(duration: timedelta) -> str:
    """Write a duration as one reads it: 40 s, 12 min, 3 h 5 min, 4 days."""
    if duration < _MINUTE:
        return f"{max(duration, timedelta()) // timedelta(seconds=1)} s"
    if duration < _HOUR:
        return f"{duration // _MINUTE} min"
    if duration < 2 * _DAY:
        hours, minutes = duration // _HOUR, duration % _HOUR // _MINUTE
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{duration // _DAY} days"


def ahead(time: datetime, now: datetime) -> str:
    """Say how far ahead a time is."""
    return "now" if time <= now else f"in {lasting(time - now)}"


def ago(time: datetime | None, now: datetime) -> str:
    """Say how long ago something was seen."""
    return "not seen yet" if time is None else f"{lasting(now - time)} ago"


def leaving(news: NewsAge, now: datetime) -> str:
    """Say when a flight leaves, or should have left; a ticket without a time tells of the date alone."""
    if not news.timed:
        return "time not known"
    if news.leaves_at < now:
        return f"due {lasting(now - news.leaves_at)} ago"
    return f"leaves {ahead(news.leaves_at, now)}"


def queries_said(plan: CallPlan) -> str:
    """Say how often the queries of the settings are asked, and how long the calls would last otherwise."""
    every, until = plan.queries_every, plan.queries_last_until
    if every is None:
        return "none is set" if until is None else "not asked: the calls that are left are for booked flights"
    if until is None:
        return f"each {lasting(every)} until the month ends"
    return f"each {lasting(every)}: at their interval the calls would last {lasting(until - plan.made_at)}"


_RESTS = {
    PollEnd.REFUSED: "AviationStack refuses the key",
    PollEnd.TOO_FAST: "AviationStack wants us to ask less often",
    PollEnd.OUTAGE: "AviationStack is away",
    PollEnd.MONTH_SPENT: "The month's calls are spent",
}


def resting(rest: Rest, now: datetime) -> str:
    """Say why nothing is asked for a while."""
    why = _RESTS.get(rest.end, rest.end.value)
    code = f" ({rest.code})" if rest.code else ""
    return f"{why}{code}: nothing is asked; it is tried again {ahead(rest.until, now)}."


def counted_pages(pages: int) -> str:
    """Say how many calls it takes at most."""
    return "1 call" if pages == 1 else f"{pages} calls"


def sight_said(news: NewsAge) -> str:
    """Say how much is known of a flight, and why no more."""
    if news.sight is None:
        return "not judged yet"
    why = f": {CAUSES[news.cause]}" if news.cause is not None else ""
    return f"{SIGHTS[news.sight]}{why}"


def amiss(sheet: BudgetSheet) -> list[str]:
    """Say what keeps the sheet from being whole, and what to do."""
    said = []
    if sheet.plan is None:
        said.append(
            "Nobody has planned a call yet: start a worker that has FLIGHTAGENTS_AVIATIONSTACK_KEY."
            if sheet.has_key
            else "Nothing is polled: set FLIGHTAGENTS_AVIATIONSTACK_KEY, and start a worker."
        )
    elif sheet.dead_for is not None:
        said.append(
            f"No worker has planned for {lasting(sheet.dead_for)}: what follows is of then. See whether a "
            "worker with a key leads, and its log."
        )
    if sheet.plan is not None and sheet.plan.rest is not None:
        said.append(resting(sheet.plan.rest, sheet.at))
    if sheet.plan is not None and not sheet.plan.forecast.watched:
        said.append(
            "No flight is booked until the month ends: only the queries of the settings are asked, "
            f"or without any {WHOLE_FEED}."
        )
    if sheet.advice is not None:
        said.append(f"{sheet.advice}.")
    return said
