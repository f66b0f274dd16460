"""How AviationStack stands to us: by what the last run told, which costs nothing, or by one call."""

from collections.abc import Sequence

import aiohttp

from flightagents.aviationstack.client import AviationStackClient
from flightagents.domain.call_plan import cannot_serve
from flightagents.domain.faults import Fault
from flightagents.errors import FeedMonthSpentError, FeedRateLimitError, FeedRefusedError, FlightagentsError
from flightagents.handlers.doctor import OF_FEED, OF_SIGHT, Finding, of_feed, of_problems
from flightagents.settings.queries import parse_queries
from flightagents.store.calls import MongoCallCounter
from flightagents.wiring.doctor.wording import failed, warned, well
from flightagents.wiring.polling import foreseen
from flightagents.wiring.vital_signs import wire_health
from flightagents.wiring.world import Ground


async def look(ground: Ground, session: aiohttp.ClientSession, *, call: bool) -> Sequence[Finding]:
    """Say how the last run went, and what the workers say of it; with `call` spend one."""
    has_key = ground.settings.aviationstack_key is not None
    health = await wire_health(ground)()
    if call and has_key:
        beside = of_problems("feed", (each for each in health.problems if each.fault in OF_SIGHT))
        return [*await _call(ground, session), *beside]
    told = OF_FEED if has_key else OF_FEED - {Fault.NOTHING_POLLED}  # which the settings say already
    problems = of_problems("feed", (each for each in health.problems if each.fault in told))
    return problems or ([of_feed("feed", health.poll)] if has_key else [])


async def plan(ground: Ground) -> Sequence[Finding]:
    """Plan the calls as the poller would, and say whether they are enough: before the first one is spent."""
    if ground.settings.aviationstack_key is None:
        return []
    calls = await foreseen(ground)
    if short := cannot_serve(calls.forecast, ground.settings.aviationstack_plan):
        what, _, do = short.rpartition(": ")
        return warned("plan", what, f"{do[0].upper()}{do[1:]}.")
    each = calls.forecast.calls_each
    said = f"{calls.forecast.left or 0:,} calls are left until {calls.forecast.month_ends:%d %B}"
    if each is not None:
        said += f", {each:,.0f} for each flight booked or likely to be"
    if (until := calls.queries_last_until) is not None:
        said += f"; the queries, which at their interval would use them up by {until:%d %B}, are asked less"
    return well("plan", said)


async def _call(ground: Ground, session: aiohttp.ClientSession) -> Sequence[Finding]:
    settings = ground.settings
    if settings.aviationstack_key is None:
        return []
    client = AviationStackClient(
        session,
        base_url=settings.aviationstack_url,
        key=settings.aviationstack_key,
        counter=MongoCallCounter(ground.database, ground.clock, settings.aviationstack_plan),
        page_size=settings.aviationstack_plan.limits.page_size,
    )
    queries = parse_queries(settings.poll_queries)
    filters = next(iter(queries.values()), {})
    spent = "one call of this month is spent"
    try:
        pages = [page async for page in client.pages(filters, 1, _nobody_else, retries=False)]
    except FeedRefusedError as exc:
        return failed("feed", f"{exc}; {spent}", "Correct FLIGHTAGENTS_AVIATIONSTACK_KEY or _PLAN.")
    except (FeedMonthSpentError, FeedRateLimitError) as exc:
        return failed("feed", f"{exc}; {spent}", "Wait, or buy a larger plan.")
    except FlightagentsError as exc:
        return failed(
            "feed", f"{exc}; {spent}", "See AviationStack's status page, and whether this machine reaches it."
        )
    rows = sum(len(page.rows) for page in pages)
    if not rows:
        return warned(
            "feed",
            f"AviationStack takes the key, but shows no flight; {spent}",
            "Check FLIGHTAGENTS_POLL_QUERIES.",
        )
    return well("feed", f"AviationStack takes the key and shows {rows} rows; {spent}")


async def _nobody_else() -> None:
    """Ask without the lease of the poller: it is one call, and nothing of it is published."""
