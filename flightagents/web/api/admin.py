"""The routes about rules for staff and dead letters: anybody may look, an admin decides."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from msgspec import Struct

from flightagents.domain.back_test import BackTest
from flightagents.domain.kept_rules import KeptRule
from flightagents.domain.users import Role
from flightagents.errors import HistoryOutageError, RuleConflictError, RuleRefusedError
from flightagents.ports import KeptLetter, LetterFilter, LetterState
from flightagents.web.api.answers import Page, Utc
from flightagents.web.api.answers_admin import (
    BackTestAnswer,
    BackTestAsked,
    Correction,
    Dismissal,
    LetterAnswer,
    LetterShown,
    MendedAnswer,
    RemovedAnswer,
    RuleAnswer,
    RuleSaved,
)
from flightagents.web.api.calls import ApiCalls, Mended
from flightagents.web.api.routes import (
    Answering,
    Asked,
    Listed,
    NoQuery,
    Paged,
    RefusalError,
    Route,
    Text,
    missing,
)

_MINUTE = timedelta(minutes=1)


class LettersAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which dead letters. `since` is included, `until` is not."""

    reason: Text = ""
    state: frozenset[LetterState] = frozenset()
    since: Utc | None = None
    until: Utc | None = None


class VersionSeenOf(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The version of a rule that was seen."""

    seen: int


class AdminRoutes:
    """Answers them."""

    def __init__(self, calls: Callable[[], ApiCalls]) -> None:
        self._calls = calls

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
            Route(
                method="GET",
                path="/dead-letters",
                name="dead_letters",
                group="Dead letters",
                says="What could not be read, the newest first.",
                handler=self.letters,
                query=LettersAsked,
                answer=Page[LetterAnswer],
            ),
            Route(
                method="GET",
                path="/dead-letters/{letter}",
                name="dead_letter",
                group="Dead letters",
                says="One dead letter with its text, and what is wrong with it today.",
                handler=self.letter,
                answer=LetterShown,
                role=Role.AGENT,
                errors=(404,),
            ),
            self._mend("preview", "Tell what a letter, or a correction of it, would give.", self.preview),
            self._mend("replay", "Publish what a letter, or a correction of it, gives.", self.replay),
            Route(
                method="POST",
                path="/dead-letters/{letter}/dismiss",
                name="dismiss_dead_letter",
                group="Dead letters",
                says="Set a letter aside for good.",
                handler=self.dismiss,
                body=Dismissal,
                answer=MendedAnswer,
                role=Role.ADMIN,
                example='{"why": "a test row"}',
                errors=(404,),
            ),
        )

    def _mend(self, act: str, says: str, handler: Answering) -> Route:
        return Route(
            method="POST",
            path=f"/dead-letters/{{letter}}/{act}",
            name=f"{act}_dead_letter",
            group="Dead letters",
            says=says,
            handler=handler,
            body=Correction,
            answer=MendedAnswer,
            role=Role.ADMIN,
            example='{"correction": null}',
            errors=(404,),
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
            raise _refusal(exc) from None
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
            raise _refusal(exc) from None
        except HistoryOutageError as exc:
            raise RefusalError(503, str(exc)) from None
        except (ValueError, OverflowError):
            raise RefusalError(400, "a back-test looks at 1 to 28 days", "last_days") from None
        return _back_test(found)

    async def letters(self, asked: Asked[LettersAsked, None]) -> object:
        """Give letters."""
        wanted = asked.query
        page = await self._calls().letters.page(
            LetterFilter(
                reason=wanted.reason or None,
                states=wanted.state or frozenset(LetterState),
                since=wanted.since,
                until=wanted.until,
            ),
            limit=wanted.limit,
            cursor=wanted.after,
        )
        return Listed([_letter(each) for each in page.letters], page.cursor)

    async def letter(self, asked: Asked[NoQuery, None]) -> object:
        """Give one."""
        kept = await self._calls().letters.get(asked.path["letter"])
        shown = await self._calls().mend.show(asked.path["letter"])
        if kept is None or shown is None:
            raise missing("dead letter")
        parts = {part: getattr(shown, part) for part in ("place", "text", "cut", "problem")}
        return {"letter": _letter(kept), **parts}

    async def preview(self, asked: Asked[NoQuery, Correction]) -> object:
        """Tell what it would give."""
        return _mended(await self._calls().mend.preview(asked.path["letter"], asked.body.correction))

    async def replay(self, asked: Asked[NoQuery, Correction]) -> object:
        """Publish what it gives."""
        mend = self._calls().mend
        return _mended(await mend.replay(asked.path["letter"], asked.who, asked.body.correction))

    async def dismiss(self, asked: Asked[NoQuery, Dismissal]) -> object:
        """Set it aside."""
        return _mended(await self._calls().mend.dismiss(asked.path["letter"], asked.who, asked.body.why))


def _refusal(exc: RuleRefusedError) -> RefusalError:
    field, wrong = next(iter(exc.fields.items()), ("", str(exc)))
    return RefusalError(400, wrong, field or None)


def _rule(kept: KeptRule, *, sees_people: bool) -> object:
    rule = kept.rule
    return {
        "name": rule.name,
        "version": kept.version,
        "to": rule.to if sees_people else None,
        "airports": rule.airports,
        "airlines": rule.airlines,
        "kinds": rule.kinds,
        "min_severity": rule.min_severity,
        "hours": rule.hours.hours_written,
        "days": rule.hours.days_written,
        "updated_by": kept.updated_by,
        "updated_at": kept.updated_at,
    }


def _back_test(found: BackTest) -> object:
    median = found.median_before_departure
    same = (
        "looked_until",
        "changes_looked_at",
        "would_send",
        "digests",
        "recipients",
        "by_kind",
        "by_channel",
        "by_day",
        "by_hour",
        "silent",
        "examples",
        "cut",
    )
    return {
        **{name: getattr(found, name) for name in same},
        "summary": found.summary(),
        "begin": found.span.begin,
        "end": found.span.end,
        "median_minutes_before_departure": median / _MINUTE if median is not None else None,
    }


def _letter(kept: KeptLetter) -> object:
    letter = kept.letter
    return {
        "id": letter.id,
        "reason": letter.reason,
        "detail": letter.detail,
        "source": letter.source,
        "at": letter.at,
        "state": kept.state,
        "by": kept.by,
        "moved_at": kept.moved_at,
        "note": kept.note,
    }


def _mended(mended: Mended) -> object:
    if mended.outcome == "unknown":
        raise missing("dead letter")
    return {
        "id": mended.key,
        "outcome": mended.outcome,
        "effect": mended.effect,
        "flight": getattr(mended.record, "flight", None),
        "changes": mended.changes,
        "problem": mended.problem,
    }
