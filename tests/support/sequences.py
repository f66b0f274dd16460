"""The notation of docs/tracking.md: what the feed shows at each look, and what of it is news.

The words are explained in that document; here they become rows, runs and back.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from flightagents.aviationstack.parsing import RowParser
from flightagents.domain.changes import Change, Kind
from flightagents.domain.flight import FlightId
from flightagents.domain.runs import RunStamp
from flightagents.domain.times import zone
from flightagents.handlers.replay import FIRST_POLL, Answer, Replay
from tests.support.rows import DAY, MINUTE, NOON, row, wall_clock

NOTHING = "·"
NOT_SHOWN = "-"
_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}
_TIMES = {"std": "departs", "sta": "arrives", "out": "took_off", "in": "landed"}
_ENDS = {
    "gate": ("departure", "gate"),
    "terminal": ("departure", "terminal"),
    "zone": ("departure", "timezone"),
    "belt": ("arrival", "baggage"),
    "eta": ("arrival", "estimated"),
    "late": ("arrival", "delay"),
}
_TOLD_WITH_LOCAL_TIME = (
    Kind.FIRST_SEEN,
    Kind.DELAYED,
    Kind.MOVED_EARLIER,
    Kind.ON_TIME_AGAIN,
    Kind.DEPARTED,
    Kind.LANDED,
)
_TOLD_WITH_VALUE = (
    Kind.GATE_CHANGED,
    Kind.TERMINAL_CHANGED,
    Kind.BELT_ASSIGNED,
    Kind.AIRCRAFT_CHANGED,
    Kind.MOVED_TO,
)


@dataclass
class Shown:
    """What a row has shown so far: the arguments of `row`, and whether it has ICAO codes only."""

    words: dict[str, Any]
    icao_only: bool = False

    def learn(self, name: str, value: str) -> None:
        """Take in one word of the notation."""
        if name in _TIMES:
            self.words[_TIMES[name]] = None if value == "null" else value
        elif name in _ENDS:
            end, key = _ENDS[name]
            self.words[end] = self.words.get(end, {}) | {key: self._vendors(name, value)}
        elif name == "reg":
            self.words["aircraft"] = {"registration": value}
        elif name == "icao":
            self.icao_only = True
        elif name == "null" or name.isdigit():
            self.words["delay"] = None if name == "null" else int(name)
        elif name and name not in ("by", "route", "date"):
            self.words["status"] = name

    def _vendors(self, name: str, value: str) -> str | int | None:
        match name:
            case "eta":
                return wall_clock(self.words["day"], value)
            case "late":
                return int(value)
            case _:
                return None if value == "null" else value

    def row(self, marketing: str | None) -> dict[str, Any]:
        """Give the row as the feed would send it."""
        words = dict(self.words)
        if "departs" in words and "arrives" not in words:
            words["arrives"] = _moved_too(words["day"], words["departs"])
        raw = row(marketing or "BA117", operated_by="BA117" if marketing else None, **words)
        if self.icao_only:
            raw["flight"] |= {"iata": None, "icao": "BAW117"}
            raw["airline"] |= {"iata": None, "icao": "BAW"}
            raw["departure"]["iata"] = raw["arrival"]["iata"] = None
        return raw


@dataclass
class Sequence:
    """Reads the looks of one line; a row builds on the row shown before of its flight and number."""

    route: str | None = None
    day: date | None = None
    _shown: dict[tuple[str | None, str, date], Shown] = field(default_factory=dict)

    def looks(self, text: str) -> Iterator[tuple[timedelta, list[dict[str, Any]]]]:
        """Give for each look the time since the one before, and its rows."""
        for look in text.split(" → "):
            tokens = look.split()
            wait = _duration(tokens.pop(0)[1:]) if tokens[0].startswith("@") else MINUTE
            rows = " ".join(tokens).split(" + ")
            yield wait, [] if rows == [NOT_SHOWN] else [raw for text in rows for raw in self.rows(text)]

    def rows(self, text: str) -> Iterator[dict[str, Any]]:
        """Give the row that the words describe, once for each number after `by=`."""
        words = [word.partition("=") for word in text.split()]
        value = {name: value for name, sign, value in words if sign}
        route = value.get("route", self.route or "LHR-JFK")
        day = date.fromisoformat(value["date"]) if "date" in value else self.day or DAY
        self.route, self.day = self.route or route, self.day or day
        for marketing in value["by"].split(",") if "by" in value else [None]:
            shown = self._shown.setdefault((marketing, route, day), Shown({"route": route, "day": day}))
            for name, _, value_of in words:
                shown.learn(name, value_of)
            yield shown.row(marketing)


def _moved_too(day: date, departs: str) -> str:
    """Give the arrival of a flight that leaves at another time: as much later or earlier."""
    usual, moved, arrives = (datetime.fromisoformat(wall_clock(day, t)) for t in ("14:35", departs, "17:35"))
    return f"{arrives + (moved - usual):%Y-%m-%dT%H:%M}"


def _duration(text: str) -> timedelta:
    return int(text[:-1]) * _UNITS[text[-1]]


def news(looks: str) -> str:
    """Give what the looks of a line tell, in the words of the table."""
    return " → ".join(", ".join(told) or NOTHING for told in _news(looks))


def _news(looks: str) -> Iterator[list[str]]:
    replay = Replay(RowParser())
    first: str | None = None
    now = NOON
    for run, (wait, rows) in enumerate(Sequence().looks(looks), start=1):
        if first is None and rows:
            flight = RowParser().parse(rows[0], RunStamp(run, now)).flight
            first, now = flight, datetime.combine(FlightId.parse(flight).date, FIRST_POLL)
        else:
            now += wait
        # Not through `changes`, whose answers are never less than 60 s apart.
        changes = list(replay._run(Answer(f"look {run}", rows), RunStamp(run, now)))
        assert not replay.dead_letters, replay.dead_letters
        yield [("" if change.flight == first else "other: ") + told(change) for change in changes]


def told(change: Change) -> str:
    """Write a change as the table does: its kind, and the value that it is about."""
    if change.kind in _TOLD_WITH_LOCAL_TIME:
        value = str(change.after["expected" if "expected" in change.after else "actual"])
        end = change.arrival if change.kind is Kind.LANDED else change.departure
        return change.kind if value == "None" else f"{change.kind} {_local(value, end.zone, change)}"
    if change.kind is Kind.MARKETED_AS_GROWN:
        known, grown = change.before["marketed_as"], change.after["marketed_as"]
        assert isinstance(known, tuple)
        assert isinstance(grown, tuple)
        return f"{change.kind} {' '.join(sorted(set(grown).difference(known)))}"
    if change.kind in _TOLD_WITH_VALUE:
        (value,) = (str(value) for value in change.after.values())
        return f"{change.kind} {FlightId.parse(value).date if '|' in value else value}"
    return change.kind


def _local(iso: str, zone_name: str | None, change: Change) -> str:
    """Write a time as the airport's clock shows it, with the date where it is not the flight's."""
    moment = datetime.fromisoformat(iso)
    local = moment.astimezone(zone(zone_name)) if zone_name else moment
    same_day = local.date() == FlightId.parse(change.flight).date
    return f"{local:%H:%M}" if same_day else f"{local:%Y-%m-%dT%H:%M}"
