"""What has to hold when workers were killed under load: nothing missing, nothing false, nothing double."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from flightagents.domain.changes import Change
from tests.chaos.crew import Crew, Load
from tests.chaos.travellers import ignorant, wrongly_delivered
from tests.support.post import Post
from tests.support.site import Site

LEAST_BYTES = 1024
"""Of a record: with small ones the fetches are few, and little is in flight when a worker dies."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is to judge when all is over."""

    site: Site
    crew: Crew
    load: Load
    post: Post
    behind: int
    told: list[Change]
    """The changes on the topic, each as often as it is there."""
    expected: set[str]
    """The ids of all changes, by the domain alone."""


Check = Callable[[Evidence], Iterator[str]]
"""Gives what is wrong, in words; nothing where all is right."""


def everything_is_read(evidence: Evidence) -> Iterator[str]:
    if evidence.behind:
        yield f"{evidence.behind} messages are not committed"


def every_record_is_stored(evidence: Evidence) -> Iterator[str]:
    produced, stored = evidence.site.produced, evidence.site.stored()
    yield from _difference("records missing in flight_status", produced - stored)
    yield from _difference("records in flight_status that nobody published", stored - produced)


def every_change_is_told(evidence: Evidence) -> Iterator[str]:
    told = {change.id for change in evidence.told}
    yield from _difference("changes missing on the topic", evidence.expected - told)
    yield from _difference("false changes on the topic", told - evidence.expected)


def a_change_told_again_says_the_same(evidence: Evidence) -> Iterator[str]:
    said: dict[str, Change] = {}
    for change in evidence.told:
        first = said.setdefault(change.id, change)
        if (first.before, first.after, first.at) != (change.before, change.after, change.at):
            yield f"told again, and otherwise: {first} {change}"


def every_change_is_in_the_history_once(evidence: Evidence) -> Iterator[str]:
    history = evidence.site.history()  # ids are unique there
    yield from _difference("changes missing in flight_changes", evidence.expected - history)
    yield from _difference("false changes in flight_changes", history - evidence.expected)


def every_flight_stands_as_it_should(evidence: Evidence) -> Iterator[str]:
    latest = {
        row["_id"]: row["ordinal"] for row in evidence.site.database["flights"].find({}, {"ordinal": 1})
    }
    expected = {flight: len(story.told) for flight, story in evidence.site.stories.items() if story.told}
    wrong = {flight for flight, ordinal in expected.items() if latest.get(flight) != ordinal}
    yield from _difference(
        "flights whose latest state is not the last", wrong | latest.keys() - expected.keys()
    )


def nothing_is_dead_lettered(evidence: Evidence) -> Iterator[str]:
    yield from _difference("dead letters", evidence.site.letters())


def every_message_arrives_once(evidence: Evidence) -> Iterator[str]:
    yield from wrongly_delivered(evidence.site, evidence.post)


def every_traveller_knows(evidence: Evidence) -> Iterator[str]:
    yield from ignorant(evidence.site)


def workers_end_cleanly(evidence: Evidence) -> Iterator[str]:
    codes = Counter(evidence.crew.ended)
    if set(codes) - {0}:
        yield f"exit codes after SIGTERM: {dict(codes)}"
    if evidence.crew.fell:
        yield f"ended by themselves: {evidence.crew.fell}"


def the_load_was_a_load(evidence: Evidence) -> Iterator[str]:
    if evidence.load.smallest < LEAST_BYTES:
        yield f"a record had {evidence.load.smallest} bytes only"


CHECKS: Sequence[Check] = (
    everything_is_read,
    every_record_is_stored,
    every_change_is_told,
    a_change_told_again_says_the_same,
    every_change_is_in_the_history_once,
    every_flight_stands_as_it_should,
    nothing_is_dead_lettered,
    every_message_arrives_once,
    every_traveller_knows,
    workers_end_cleanly,
    the_load_was_a_load,
)


def _difference(what: str, ids: set[str]) -> Iterator[str]:
    if ids:
        yield f"{len(ids)} {what}: {sorted(ids)[:5]}"
