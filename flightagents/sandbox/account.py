"""The account at the end of a simulated day: what went in against what came out. Lost and twice must be 0."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient

from flightagents.domain.notifications import TOLD
from flightagents.sandbox.aviationstack import AviationStack
from flightagents.sandbox.messages_account import compare
from flightagents.sandbox.stand_ins import StandIns
from flightagents.store.silences import MongoSilences

Rows = list[dict[str, Any]]


@dataclass(slots=True)
class Account:
    """The figures of a run."""

    polls: int = 0
    calls: int = 0
    rows: int = 0
    records: int = 0
    flights: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    notifications: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    silent: Counter[str] = field(default_factory=Counter)
    tasks: Counter[str] = field(default_factory=Counter)
    emails: int = 0
    sms: int = 0
    dead_letters: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Write the summary."""
        return [
            f"polls                {self.polls}",
            f"calls                {self.calls}",
            f"rows                 {self.rows}",
            f"records              {self.records}",
            f"flights              {self.flights}",
            f"changes              {sum(self.changes.values())}  ({_counts(self.changes)})",
            f"notifications        {sum(self.notifications.values())}  ({_counts(self.notifications)})",
            f"told                 {sum(self.told.values())}  ({_counts(self.told)})",
            f"told nothing         {sum(self.silent.values())}  ({_counts(self.silent)})",
            f"tasks for staff      {sum(self.tasks.values())}  ({_counts(self.tasks)})",
            f"emails received      {self.emails}",
            f"SMS received         {self.sms}",
            f"dead letters         {self.dead_letters}",
            f"lost                 {len(self.lost)}",
            f"twice                {len(self.twice)}",
            *(f"  lost: {what}" for what in self.lost[:10]),
            *(f"  twice: {what}" for what in self.twice[:10]),
        ]


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common())


async def draw_up(world: StandIns) -> Account:
    """Read everything once, when nothing moves any more."""
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(world.mongodb_url, tz_aware=True)
    database = client["flight_data"]
    stored = await _all(database, "flight_status", {"flight": 1, "designator": 1, "run": 1})
    letters = await _all(database, "dead_letters", {"place": 1, "at": 1})
    ledger = await _all(database, "notifications")
    changes = await _all(database, "flight_changes", {"kind": 1})
    phones = {row["_id"]: row["phone"] for row in await _all(database, "bookings", {"phone": 1})}
    silent = await MongoSilences(database).counts()
    tasks = await _all(database, "tasks", {"kind": 1})
    runs = await _runs(database, letters)
    calls = await database["api_calls"].find_one({}, sort=[("_id", -1)])
    client.close()
    account = Account(
        records=len(stored),
        flights=len({row["flight"] for row in stored}),
        changes=Counter(row["kind"] for row in changes),
        notifications=Counter(row["state"] for row in ledger),
        told=Counter(row["said"] for row in ledger if row["state"] in TOLD),
        silent=Counter(silent),
        tasks=Counter(task["kind"] for task in tasks),
        emails=len(world.mailbox.mails),
        sms=len(world.twilio.messages),
        dead_letters=len(letters),
        calls=calls["calls"] if calls else 0,
    )
    if world.feed is None:
        account.polls = len({row["run"] for row in stored})
    else:
        _check_rows(account, world.feed, stored, letters, runs)
    messages = compare(world.mailbox.mails, world.twilio.messages, ledger, phones)
    account.lost += messages.lost
    account.twice += messages.twice
    return account


async def _all(database: Any, collection: str, fields: dict[str, int] | None = None) -> Rows:  # noqa: ANN401
    return [row async for row in database[collection].find({}, fields)]


async def _runs(database: Any, letters: Rows) -> list[tuple[datetime, int]]:  # noqa: ANN401
    """Give when each run began, and its number: of those that are stored, and of the last one.

    Of a run in which nothing could be read the dead letters are all that is stored.
    """
    polled: list[dict[str, Any]] = [
        {"$group": {"_id": "$run", "at": {"$first": "$polled_at"}}},
        {"$sort": {"at": 1}},
    ]
    stored = [(row["at"], row["_id"]) async for row in database["flight_status"].aggregate(polled)]
    known = {run for _, run in stored}
    unread = {
        run: letter["at"]
        for letter in letters
        if (run := letter["place"].get("run")) is not None and run not in known
    }
    stored += [(at, run) for run, at in unread.items()]
    lease = await database["leases"].find_one({"_id": "poll"})
    return [*stored, (lease["polled_at"], lease["run"])] if lease else stored


def _check_rows(
    account: Account, feed: AviationStack, stored: Rows, letters: Rows, runs: list[tuple[datetime, int]]
) -> None:
    """Hold each distinct row that was served against what is stored of the run that asked for it.

    Of a run that was cut short, as the last one can be, nothing is stored: nobody took it.
    """
    held: dict[int, set[tuple[str, str]]] = {}
    for record in stored:
        held.setdefault(record["run"], set()).add((record["flight"], record["designator"]))
    places = [letter["place"] for letter in letters]
    refused = {tuple(place.get(name) for name in _PLACE) for place in places}
    account.polls = len(held)
    for answer in feed.served:
        run = max((each for each in runs if each[0] <= answer.at), default=None)
        if run is None or (run[1] not in held and run[1] not in {place.get("run") for place in places}):
            continue
        account.rows += len(answer.rows)
        query = "&".join(f"{name}={value}" for name, value in answer.query.items() if name not in _PAGED)
        for place, row in enumerate(answer.rows):
            known = (row.flight, row.designator) in held.get(run[1], ())
            if not known and (run[1], query, answer.offset, place) not in refused:
                account.lost.append(f"run {run[1]}: {row.flight} {row.designator}")


_PLACE = ("run", "query", "offset", "row")
"""What names a dead letter's place."""
_PAGED = frozenset({"limit", "offset"})
