"""The routes about rules for staff: anybody may look, an admin decides."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from flightagents.domain.back_test import BackTest
from flightagents.domain.kept_rules import KeptRule
from flightagents.domain.users import Role
from flightagents.errors import HistoryOutageError, RuleConflictError, RuleRefusedError
from flightagents.web.api.answers import Page
from flightagents.web.api.answers_admin import (
    BackTestAnswer,
    BackTestAsked,
    RemovedAnswer,
    RuleAnswer,
    RuleSaved,
)
from flightagents.web.api.calls import Routes
from flightagents.web.api.routes import (
    Asked,
    Listed,
    NoQuery,
    Paged,
    RefusalError,
    Route,
    refusal_of,
    same,
)

_MINUTE = timedelta(minutes=1)


class VersionSeenOf(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The version of a rule that was seen."""

    seen: int


class RuleRoutes(Routes):
    """Answers them."""

    def routes(self) -> Sequence[Route]:
        """List them."""
        rule = '{"to": "duty@agency.example", "airports": "LHR, JFK", "kinds": "cancelled"'
        return (
            Route(
                method="GET",
                path="/rules",
                name="rules",
                group="Rules",
                says="The rules that tell staff, by name.",
                handler=self.rules,
                query=Paged,
                answer=Page[RuleAnswer],
            ),
            Route(
                method="PUT",
                path="/rules/{name}",
                name="put_rule",
                group="Rules",
                says="Put a rule in force, in the place of the version that was seen, or as a new one.",
                handler=self.save,
                body=RuleSaved,
                answer=RuleAnswer,
                role=Role.ADMIN,
                example=f'{rule}, "seen": 0}}',
                errors=(409,),
            ),
            Route(
                method="DELETE",
                path="/rules/{name}",
                name="delete_rule",
                group="Rules",
                says="Remove the version of a rule that was seen.",
                handler=self.remove,
                query=VersionSeenOf,
                answer=RemovedAnswer,
                role=Role.ADMIN,
                errors=(409,),
            ),
            Route(
                method="POST",
                path="/rules/back-test",
                name="back_test_rule",
                group="Rules",
                says="Tell what a rule would have sent in the last days. Saves nothing.",
                handler=self.back_test,
                body=BackTestAsked,
                answer=BackTestAnswer,
                role=Role.ADMIN,
                example=f'{rule}, "last_days": 7}}',
            ),
        )

    async def rules(self, asked: Asked[Paged, None]) -> object:
        """Give them; the cursor is the name of the last one."""
        after, limit = asked.query.after or "", asked.query.limit
        found = [each for each in await self._calls().rules.all() if each.rule.name > after]
        shown = found[:limit]
        more = shown[-1].rule.name if len(found) > limit else None
        return Listed([_rule(each, sees_people=asked.sees_people) for each in shown], more)

    async def save(self, asked: Asked[NoQuery, RuleSaved]) -> object:
        """Put one in force."""
        try:
            kept = await self._calls().rules.save(
                asked.path["name"], asked.body, by=asked.who, seen=asked.body.seen
            )
        except RuleRefusedError as exc:
            raise refusal_of(exc.fields) from None
        except RuleConflictError as exc:
            raise RefusalError(409, str(exc), "seen") from None
        return _rule(kept, sees_people=True)

    async def remove(self, asked: Asked[VersionSeenOf, None]) -> object:
        """Remove one."""
        name = asked.path["name"]
        try:
            await self._calls().rules.remove(name, by=asked.who, seen=asked.query.seen)
        except RuleConflictError as exc:
            raise RefusalError(409, str(exc), "seen") from None
        except ValueError as exc:
            raise RefusalError(400, str(exc), "name") from None
        return {"removed": name}

    async def back_test(self, asked: Asked[NoQuery, BackTestAsked]) -> object:
        """Try one."""
        try:
            found = await self._calls().rules.back_test(asked.body, timedelta(days=asked.body.last_days))
        except RuleRefusedError as exc:
            raise refusal_of(exc.fields) from None
        except HistoryOutageError as exc:
            raise RefusalError(503, str(exc)) from None
        except (ValueError, OverflowError):
            raise RefusalError(400, "a back-test looks at 1 to 28 days", "last_days") from None
        return _back_test(found)


def _rule(kept: KeptRule, *, sees_people: bool) -> object:
    rule = kept.rule
    return {
        **same(kept, RuleAnswer),
        **same(rule, RuleAnswer),
        "to": rule.to if sees_people else None,
        "hours": rule.hours.hours_written,
        "days": rule.hours.days_written,
    }


def _back_test(found: BackTest) -> object:
    median = found.median_before_departure
    return {
        **same(found, BackTestAnswer),
        "summary": found.summary(),
        "begin": found.span.begin,
        "end": found.span.end,
        "median_minutes_before_departure": median / _MINUTE if median is not None else None,
    }
