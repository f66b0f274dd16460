"""The account at the end of a simulated day: what went in against what came out. Lost and twice must be 0."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient

from flightagents.domain.notifications import TOLD
from flightagents.sandbox.aviationstack import AviationStack, Served
from flightagents.sandbox.messages_account import compare
from flightagents.sandbox.stand_ins import StandIns
from flightagents.store.silences import MongoSilences

Rows = list[dict[str, Any]]


@dataclass(slots=True)
class Account:
    """The figures of a run."""

    polls: int = 0
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
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(world.mongodb_url)
    database = client["flight_data"]
    stored = await _all(database, "flight_status", {"flight": 1, "designator": 1, "run": 1})
    letters = await _all(database, "dead_letters", {"place": 1})
    ledger = await _all(database, "notifications")
    changes = await _all(database, "flight_changes", {"kind": 1})
    phones = {row["_id"]: row["phone"] for row in await _all(database, "bookings", {"phone": 1})}
    silent = await MongoSilences(database).counts()
    tasks = await _all(database, "tasks", {"kind": 1})
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
    )
    if world.feed is None:
        account.polls = len({row["run"] for row in stored})
    else:
        _check_rows(account, world.feed, stored, letters)
    messages = compare(world.mailbox.mails, world.twilio.messages, ledger, phones)
    account.lost += messages.lost
    account.twice += messages.twice
    return account


async def _all(database: Any, collection: str, fields: dict[str, int] | None = None) -> Rows:  # noqa: ANN401
    return [row async for row in database[collection].find({}, fields)]


def taken_runs(feed: AviationStack) -> list[list[Served]]:
    """Group what was served by run. A run that was cut short, the last one can be, was taken by nobody."""
    runs: list[list[Served]] = []
    for served in feed.served:
        if served.offset == 0 and served.query == feed.served[0].query:
            runs.append([])
        runs[-1].append(served)
    return [run for run in runs if _is_whole(run, runs[0])]


def _is_whole(run: list[Served], first: list[Served]) -> bool:
    """Each query was walked, and the last one to its short page."""
    asked = {_about(answer) for answer in run}
    last = run[-1]
    return asked == {_about(answer) for answer in first} and len(last.rows) < int(last.query["limit"])


def _about(answer: Served) -> tuple[str | None, str | None]:
    return answer.query.get("dep_iata"), answer.query.get("arr_iata")


def _check_rows(account: Account, feed: AviationStack, stored: Rows, letters: Rows) -> None:
    """Hold each distinct row that was served and taken against what is stored of its run."""
    held: dict[int, set[tuple[str, str]]] = {}
    for record in stored:
        held.setdefault(record["run"], set()).add((record["flight"], record["designator"]))
    places = (letter["place"] for letter in letters)
    refused = {(place.get("run"), place.get("offset"), place.get("row")) for place in places}
    served = taken_runs(feed)
    account.rows = sum(len(answer.rows) for run in served for answer in run)
    account.polls = len(held)
    if len(served) != len(held):
        account.lost.append(f"{len(served)} runs were taken, and {len(held)} are stored")
    for number, run in zip(sorted(held), served, strict=False):
        for answer in run:
            for place, row in enumerate(answer.rows):
                known = (row.flight, row.designator) in held[number]
                if not known and (number, answer.offset, place) not in refused:
                    account.lost.append(f"run {number}: {row.flight} {row.designator}")
