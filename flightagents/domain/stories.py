"""A flight that was retimed over midnight is several flights of the feed: which of them its travellers go by.

The newest, mostly. But the feed may show an older one again: then both may be true, and the earlier departure
counts until it is known better. That an older one is cancelled says nothing while a newer one is to fly.
"""

from collections.abc import Iterable, Sequence

from flightagents.domain.flight import FlightState, Status
from flightagents.domain.moves import LOOKS, Runs
from flightagents.domain.times import at_latest

Move = tuple[str, str]
"""A flight, and the flight that it became."""


def became(flight: str, moves: Iterable[Move]) -> tuple[str, ...]:
    """Give all that a flight became, one after the other; an older flight never comes again."""
    following: dict[str, list[str]] = {}
    for old, new in moves:
        following.setdefault(old, []).append(new)
    story, ahead = [flight], list(following.get(flight, ()))
    while ahead:
        new = ahead.pop(0)
        if new not in story:
            story.append(new)
            ahead += following.get(new, ())
    return tuple(story[1:])


def whole(flight: str, moves: Iterable[Move]) -> frozenset[str]:
    """Give all that a flight became and all that it was, itself among them."""
    moves, story = list(moves), {flight}
    while more := {each for move in moves if not story.isdisjoint(move) for each in move} - story:
        story |= more
    return frozenset(story)


def speaking(story: Sequence[FlightState], runs: Runs, whole: Runs) -> FlightState:
    """Give the flight that counts, of one flight and all that it became, in this order.

    `runs` gives the runs that brought each of them, in order; `whole` those that would have brought any other
    day as well.
    """
    *older, newest = story
    left = next((flight for flight in (newest, *older) if flight.departed or flight.landed), None)
    if left is not None:
        return left
    # One look is enough: whoever relies on the later time might miss the earlier departure. But that a flight
    # which was cancelled is on again has two looks, as ever.
    looks = LOOKS if newest.disruption is Status.CANCELLED else 1
    shown = [
        newest,
        *(
            old
            for old in older
            if _is_shown_again(runs.get(old.flight, ()), whole.get(newest.flight, ()), looks)
        ),
    ]
    to_fly = [flight for flight in shown if flight.disruption is not Status.CANCELLED]
    return min(to_fly, key=lambda flight: at_latest(flight.departure.expected)) if to_fly else newest


def _is_shown_again(theirs: tuple[int, ...], others: tuple[int, ...], looks: int) -> bool:
    if len(others) < LOOKS:
        return False
    since = [run for run in theirs if run > others[LOOKS - 1]]
    lately = sorted({*theirs, *others})[-LOOKS:]
    return len(since) >= looks and len(set(lately).intersection(since)) >= looks
