"""Events of a change stream -> the flights that they are about, with a query for those that do not say."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from flightagents.domain.acts import Thing
from flightagents.store.connection import Database

Event = Mapping[str, Any]
READ = {
    "ns.coll": 1,
    "documentKey": 1,
    "fullDocument.flight": 1,
    "fullDocument.after.flight": 1,
    "fullDocument.about": 1,
}
"""The projection of an event."""
BY_ID = frozenset({"flights", "handling", "sights"})
"""Collections whose documents are named by a flight."""
BY_STATE = frozenset({"silences"})
"""By a flight and the ordinal of a state."""
BY_FIELD = frozenset({"flight_changes", "notifications", "tasks"})
"""Those whose documents name a flight, which none of them ever changes; a change may name another, too."""
BY_ACT = frozenset({"audit"})
"""Acts on flights, messages or tasks: written after what they have changed, and read with it."""
OF_NO_FLIGHT = frozenset({"dead_letters", "workers", "polls", "leases", "ranked_punctuality", "feed_queries"})
KNOWN = BY_ID | BY_STATE | BY_FIELD | BY_ACT | OF_NO_FLIGHT
_HOLDS = {Thing.MESSAGE.value: "notifications", Thing.TASK.value: "tasks"}
"""Where the flight stands of what an act was done to."""


async def flights_of(events: Sequence[Event], database: Database) -> frozenset[str] | None:
    """Give the flights that events are about; None where one may be about any."""
    found: set[str] = set()
    asked: dict[str, list[Any]] = defaultdict(list)
    for event in events:
        if "documentKey" not in event or event["ns"]["coll"] not in KNOWN:  # one of a whole collection
            return None
        name, key, inserted = event["ns"]["coll"], event["documentKey"]["_id"], event.get("fullDocument")
        if name in BY_ID:
            found.add(str(key))
        elif name in BY_STATE:
            found.add(str(key).rpartition("/")[0])
        elif name in BY_FIELD and inserted is None:
            asked[name].append(key)
        elif name in BY_FIELD and inserted is not None:
            found |= {inserted.get("flight") or "", inserted.get("after", {}).get("flight") or ""}
        elif name in BY_ACT and inserted is not None:
            _read_act(inserted["about"], found, asked)
    for name, keys in asked.items():
        rows = database[name].find({"_id": {"$in": keys}}, {"_id": 0, "flight": 1})
        found |= {row.get("flight") or "" async for row in rows}
    return frozenset(found - {""})


def _read_act(about: Mapping[str, str], found: set[str], asked: dict[str, list[Any]]) -> None:
    if about["thing"] == Thing.FLIGHT.value:
        found.add(about["id"])
    elif (holds := _HOLDS.get(about["thing"])) is not None:
        asked[holds].append(about["id"])
