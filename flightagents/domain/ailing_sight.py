"""What is wrong with what we see: flights out of sight, answers that nobody believes."""

from collections.abc import Callable, Iterator

from flightagents.domain.faults import Fault, Gravity, Problem
from flightagents.domain.freshness import Cause, Sight
from flightagents.domain.health import Facts
from flightagents.domain.sight_words import DO, WHY


def feed_blind_by_answers(facts: Facts) -> Iterator[Problem]:
    """AviationStack answers, and yet nothing is seen. That it does not answer is told by problems.py."""
    feed = facts.sight.feed
    if feed.sight is Sight.BLIND and feed.cause in _ANSWERED:
        yield Problem(
            Fault.FEED_BLIND, Gravity.CRITICAL, f"The feed is blind: {WHY[feed.cause]}.", DO[feed.cause]
        )


_ANSWERED = (Cause.EMPTY_ANSWERS, Cause.QUERY_REFUSED)


def flights_blind(facts: Facts) -> Iterator[Problem]:
    """Booked flights are out of sight though the feed is not."""
    if facts.sight.feed.sight is Sight.BLIND:
        return
    for each in facts.sight.counts:
        if each.sight is Sight.BLIND and each.cause is not None:
            flights = "1 booked flight is" if each.flights == 1 else f"{each.flights:,} booked flights are"
            yield Problem(
                Fault.FLIGHTS_BLIND,
                Gravity.WARNING,
                f"{flights} out of sight: {WHY[each.cause]}.",
                DO[each.cause],
            )


def answers_doubted(facts: Facts) -> Iterator[Problem]:
    """A query is answered with what nobody believes."""
    doubted = [each for each in facts.sight.queries if each.found.cause is Cause.EMPTY_ANSWERS]
    if doubted and facts.sight.feed.sight is not Sight.BLIND:
        queries = "1 query" if len(doubted) == 1 else f"{len(doubted)} queries"
        yield Problem(
            Fault.ANSWERS_DOUBTED,
            Gravity.WARNING,
            f"AviationStack answers {queries} with what cannot be believed: see Sight on System.",
            DO[Cause.EMPTY_ANSWERS],
        )


CHECKS: tuple[Callable[[Facts], Iterator[Problem]], ...] = (
    feed_blind_by_answers,
    flights_blind,
    answers_doubted,
)
