"""The routes about how airports and airlines do, and about the health of the system."""

from collections.abc import Mapping, Sequence

import msgspec

from flightagents.domain.budget_sheet import next_calls
from flightagents.domain.budget_words import amiss
from flightagents.domain.health import Standing
from flightagents.domain.polls import PollStanding
from flightagents.domain.punctuality import Scope
from flightagents.domain.sight_report import SightReport
from flightagents.domain.usual import Comparison, Measure, Punctuality
from flightagents.web.api.answers_budget import BudgetAnswer, ForecastAnswer
from flightagents.web.api.answers_system import (
    PunctualityAnswer,
    QuerySightAnswer,
    RankingAnswer,
    SystemAnswer,
    WorkerAnswer,
)
from flightagents.web.api.calls import Routes
from flightagents.web.api.routes import Answering, Asked, NoQuery, Paged, Route, missing, same


class SystemRoutes(Routes):
    """Answers them."""

    def routes(self) -> Sequence[Route]:
        """List them."""
        return (
            self._ranked("airports", self.airports),
            self._one("airports", "airport", self.airport),
            self._ranked("airlines", self.airlines),
            self._one("airlines", "airline", self.airline),
            Route(
                method="GET",
                path="/system",
                name="system",
                group="System",
                says="The health of the whole system: what is wrong and what to do, workers, feed, messages.",
                handler=self.system,
                answer=SystemAnswer,
            ),
            Route(
                method="GET",
                path="/budget",
                name="budget",
                group="System",
                says="The month's calls of AviationStack, the next ones and why, and how old all news is.",
                handler=self.budget,
                answer=BudgetAnswer,
            ),
        )

    def _ranked(self, what: str, handler: Answering) -> Route:
        return Route(
            method="GET",
            path=f"/punctuality/{what}",
            name=f"{what}_punctuality",
            group="Punctuality",
            says=f"The busiest {what} of today beside the last 28 days.",
            handler=handler,
            query=Paged,
            answer=RankingAnswer,
        )

    def _one(self, what: str, one: str, handler: Answering) -> Route:
        return Route(
            method="GET",
            path=f"/punctuality/{what}/{{code}}",
            name=f"{one}_punctuality",
            group="Punctuality",
            says=f"How an {one} does today, hour by hour, beside the last 28 days.",
            handler=handler,
            answer=PunctualityAnswer,
            errors=(404,),
        )

    async def airports(self, asked: Asked[Paged, None]) -> object:
        """Give the busiest airports."""
        return await self._ranking(Scope.AIRPORT, asked.query)

    async def airlines(self, asked: Asked[Paged, None]) -> object:
        """Give the busiest airlines."""
        return await self._ranking(Scope.AIRLINE, asked.query)

    async def airport(self, asked: Asked[NoQuery, None]) -> object:
        """Give one airport."""
        found = await self._calls().punctuality.of_airport(asked.path["code"].upper())
        if found is None:
            raise missing("airport with departures")
        return _punctuality(found)

    async def airline(self, asked: Asked[NoQuery, None]) -> object:
        """Give one airline."""
        found = await self._calls().punctuality.of_airline(asked.path["code"].upper())
        if found is None:
            raise missing("airline with departures")
        return _punctuality(found)

    async def system(self, _asked: Asked[NoQuery, None]) -> object:
        """Give its health."""
        found = await self._calls().health()
        return {
            **same(found, SystemAnswer),
            "workers": [_worker(each) for each in found.workers],
            "poll": _poll(found.poll),
            "sight": _sight(found.sight),
        }

    async def budget(self, _asked: Asked[NoQuery, None]) -> object:
        """Give the month's calls; of what is planned as much as the poller keeps."""
        sheet = await self._calls().budget()
        plan = sheet.plan
        return {
            "at": sheet.at,
            "plan": sheet.tier,
            "planned_at": plan.made_at if plan else None,
            "forecast": same(plan.forecast, ForecastAnswer) if plan else None,
            "queries_last_until": plan.queries_last_until if plan else None,
            "calls": next_calls(plan) if plan else [],
            "said": amiss(sheet),
            "news": sheet.news,
        }

    async def _ranking(self, scope: Scope, query: Paged) -> object:
        """Give a page of the few that are kept; the cursor is the code of the last one."""
        ranking = await self._calls().punctuality.ranked(scope)
        found = ranking.found if ranking else ()
        codes = [each.code for each in found]
        start = codes.index(query.after) + 1 if query.after in codes else 0
        shown = found[start : start + query.limit]
        more = shown and start + len(shown) < len(found)
        return {
            "items": shown,
            "next": shown[-1].code if more else None,
            "at": ranking.at if ranking else None,
        }


def _punctuality(found: Punctuality) -> object:
    compared: Mapping[Measure, Comparison] = {measure: found.compare(measure) for measure in Measure}
    return {
        "scope": found.scope,
        "code": found.code,
        "planned": found.today.planned,
        "usual_days": found.usual_days,
        "compared": compared,
        "hours": {measure: found.series(measure).bars for measure in Measure},
    }


def _worker(standing: Standing) -> object:
    worker, signs = standing.worker, standing.worker.signs
    return {
        **same(worker, WorkerAnswer),
        **same(signs, WorkerAnswer),
        **same(signs.identity, WorkerAnswer),
        "state": standing.state,
        "leader": signs.stream.leader,
    }


def _sight(report: SightReport) -> object:
    return {
        "feed": report.feed.sight,
        "cause": report.feed.cause,
        "since": report.since,
        "known_at": report.feed.known_at,
        "queries": [
            {
                **same(each, QuerySightAnswer),
                "sight": each.found.sight,
                "cause": each.found.cause,
                "probe_at": each.found.probe_at,
            }
            for each in report.queries
        ],
        "counts": report.counts,
    }


def _poll(standing: PollStanding | None) -> object:
    return None if standing is None else msgspec.to_builtins(standing)
