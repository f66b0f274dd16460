"""The routes about dead letters: anybody may look, an agent sees the text, an admin decides."""

from collections.abc import Awaitable, Sequence
from typing import TypeVar

from flightagents.domain.users import Role
from flightagents.errors import BrokerOutageError
from flightagents.ports import KeptLetter, LetterFilter, LetterState
from flightagents.records import DeadLetterSource
from flightagents.web.api.answers import Page, Utc
from flightagents.web.api.answers_admin import (
    Correction,
    Dismissal,
    LetterAnswer,
    LetterShown,
    MendedAnswer,
    ReasonReplayed,
)
from flightagents.web.api.calls import Routes
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
    same,
)
from flightagents.web.staff.mending import Mended

T = TypeVar("T")


class LettersAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which dead letters. `since` is included, `until` is not."""

    reason: Text = ""
    state: frozenset[LetterState] = frozenset()
    since: Utc | None = None
    until: Utc | None = None


class LetterRoutes(Routes):
    """Answers them."""

    def routes(self) -> Sequence[Route]:
        """List them."""
        return (
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
                path="/dead-letters/replay-all",
                name="replay_dead_letters",
                group="Dead letters",
                says="Publish what can be read by now of the new letters of a reason, some at a time.",
                handler=self.replay_all,
                body=ReasonReplayed,
                answer=Page[MendedAnswer],
                role=Role.ADMIN,
                example='{"reason": "no_airport"}',
                errors=(503,),
            ),
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
            errors=(404, 503),
        )

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
            after=wanted.after,
        )
        return Listed([_letter(each, sees_people=asked.sees_people) for each in page.rows], page.after)

    async def letter(self, asked: Asked[NoQuery, None]) -> object:
        """Give one."""
        shown = await self._calls().mend.show(asked.path["letter"])
        if shown is None:
            raise missing("dead letter")
        return {**same(shown, LetterShown), "letter": _letter(shown.kept, sees_people=asked.sees_people)}

    async def preview(self, asked: Asked[NoQuery, Correction]) -> object:
        """Tell what it would give."""
        return _mended(await self._calls().mend.preview(asked.path["letter"], asked.body.correction))

    async def replay(self, asked: Asked[NoQuery, Correction]) -> object:
        """Publish what it gives."""
        mend = self._calls().mend
        done = mend.replay(asked.path["letter"], asked.who, asked.body.correction)
        return _mended(await _published(done))

    async def replay_all(self, asked: Asked[NoQuery, ReasonReplayed]) -> object:
        """Publish what some letters of a reason give."""
        body, mend = asked.body, self._calls().mend
        done, after = await _published(mend.replay_all(body.reason, asked.who, cursor=body.after))
        return Listed([_mended(each) for each in done], after)

    async def dismiss(self, asked: Asked[NoQuery, Dismissal]) -> object:
        """Set it aside."""
        return _mended(await self._calls().mend.dismiss(asked.path["letter"], asked.who, asked.body.why))


async def _published(work: Awaitable[T]) -> T:
    """Wait for what goes to the broker, and say so where it takes nothing."""
    try:
        return await work
    except BrokerOutageError:
        raise RefusalError(
            503, "Kafka takes nothing at the moment: nothing is lost, try again later"
        ) from None


def _letter(kept: KeptLetter, *, sees_people: bool) -> object:
    """A message of a topic may hold anything, and so may what somebody has written about a letter."""
    letter = kept.letter
    shown = sees_people or letter.source is DeadLetterSource.FEED
    return {
        **same(kept, LetterAnswer),
        **same(letter, LetterAnswer),
        "detail": letter.detail if shown else "",
        "note": kept.note if sees_people else "",
    }


def _mended(mended: Mended) -> object:
    if mended.outcome == "unknown":
        raise missing("dead letter")
    flight = getattr(mended.record, "flight", None)
    return {**same(mended, MendedAnswer), "id": mended.key, "flight": flight}
