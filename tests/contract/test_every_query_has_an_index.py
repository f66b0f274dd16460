"""Whatever the store asks of MongoDB walks an index: what is sent is heard, and explained as it was sent."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from flightagents.clock import clock_from
from flightagents.domain.acts import About, Thing
from flightagents.domain.bookings import Channel
from flightagents.domain.change_list import ChangeQuery
from flightagents.domain.flight_list import FlightQuery
from flightagents.domain.message_list import MessageQuery
from flightagents.domain.people_text import PeopleQuery
from flightagents.domain.plans import Plan
from flightagents.domain.punctuality import Scope
from flightagents.domain.tasks import TaskKind, TaskState
from flightagents.ports.desk import TaskFilter
from flightagents.ports.letters import LetterFilter
from flightagents.settings import load
from flightagents.store.airlines import MongoAirlineNames
from flightagents.store.archive import MongoArchive
from flightagents.store.attempts import MongoAttempts
from flightagents.store.audit import MongoAudit
from flightagents.store.bookings import MongoBookings
from flightagents.store.call_plans import MongoCallPlans
from flightagents.store.calls import MongoCallCounter
from flightagents.store.change_search import MongoChangeSearch
from flightagents.store.connections_told import MongoToldOfConnections
from flightagents.store.flight_file import MongoFlightFiles
from flightagents.store.flight_search import MongoFlightSearch
from flightagents.store.flights import MongoFlights
from flightagents.store.gauges import MongoGauges
from flightagents.store.handling import MongoHandlings
from flightagents.store.history import MongoChangeHistory
from flightagents.store.ledger import MongoLedger
from flightagents.store.letters import MongoLetters
from flightagents.store.message_search import MongoMessageSearch
from flightagents.store.once import MongoOnce
from flightagents.store.opt_outs import MongoOptOuts
from flightagents.store.outbox import MongoOutbox
from flightagents.store.pages import MongoPages
from flightagents.store.people_search import MongoPeopleSearch
from flightagents.store.polls import MongoPolls
from flightagents.store.punctuality import MongoPunctuality
from flightagents.store.query_standings import MongoQueryStandings
from flightagents.store.receipts import MongoReceipts
from flightagents.store.rules import MongoStaffRows, MongoStaffRules
from flightagents.store.sights import MongoSights
from flightagents.store.silences import MongoSilences
from flightagents.store.task_desk import MongoTaskDesk
from flightagents.store.tasks import MongoTasks
from flightagents.store.traveller_file import MongoTravellerFiles
from flightagents.store.uploads import MongoUploads
from flightagents.store.users import MongoTokens, MongoUsers
from flightagents.store.waiting import MongoWaiting
from flightagents.store.workers import MongoWorkers
from flightagents.wiring.world import open_world
from tests.support.rows import DAY, MINUTE, NOON
from tests.support.travellers import CONSENT

Database = AsyncIOMotorDatabase[dict[str, Any]]
pytestmark = pytest.mark.mongodb

BA117 = "BA117|2026-11-22|LHR|JFK"
NUMBER = ("BA117", "2026-11-22")
EXPLAINED = frozenset({"find", "aggregate", "count", "distinct", "update", "delete", "findAndModify"})
ABOUT_THE_CALL = frozenset({"lsid", "txnNumber", "$db", "$clusterTime", "readConcern", "writeConcern"})
"""Fields of a command that `explain` does not take."""
WHOLE = frozenset({"MongoBookings.everyone", "MongoSilences.counts"})
"""What the command line asks of a whole collection."""


class Ear(CommandListener):
    """Hears what is asked, as it is sent."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name in EXPLAINED:
            kept = {name: value for name, value in event.command.items() if name not in ABOUT_THE_CALL}
            self.heard.extend(_one_by_one(kept))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass


def _one_by_one(command: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """MongoDB explains one write at a time."""
    many = next((each for each in ("updates", "deletes") if each in command), None)
    for write in command[many] if many else [None]:
        yield {**command, many: [write]} if many else dict(command)


def asked(database: Database) -> list[partial[Any]]:
    """List what the store can be asked, each as those ask it who use it."""
    archive, flights, bookings = MongoArchive(database), MongoFlights(database), MongoBookings(database)
    files, silences, tasks = MongoFlightFiles(database), MongoSilences(database), MongoTasks(database)
    ledger, outbox, waiting = MongoLedger(database), MongoOutbox(database), MongoWaiting(database)
    board, desk, gauges = MongoFlightSearch(database), MongoTaskDesk(database), MongoGauges(database)
    counted, handlings, audit = MongoPunctuality(database), MongoHandlings(database), MongoAudit(database)
    changes, people, messages = (
        MongoChangeSearch(database),
        MongoPeopleSearch(database),
        MongoMessageSearch(database),
    )
    letters, receipts, pages = MongoLetters(database), MongoReceipts(database), MongoPages(database)
    travellers, attempts = MongoTravellerFiles(database), MongoAttempts(database)
    day = timedelta(days=1)
    return [
        partial(archive.runs_of, [BA117]),
        partial(archive.newest),
        partial(archive.shown, [BA117], [1]),
        partial(archive.whole_runs_of, [BA117]),
        partial(archive.seen_at, [BA117]),
        partial(archive.newest_rows, [BA117]),
        partial(archive.newest_schedules, [BA117]),
        partial(flights.known_states, [BA117]),
        partial(flights.open_states, DAY),
        partial(flights.in_the_air, DAY),
        partial(flights.moves_of, [BA117]),
        partial(flights.stirring, ["LHR"], NOON),
        partial(flights.of_numbers, [NUMBER]),
        partial(bookings.everyone),
        partial(bookings.get, ["1"]),
        partial(bookings.on, [NUMBER]),
        partial(bookings.tickets, [NUMBER]),
        partial(bookings.numbers_flown, ["BA117"], [DAY]),
        partial(bookings.segments_flown, DAY, DAY),
        partial(bookings.flown_by, DAY, DAY),
        partial(bookings.undecided),
        partial(bookings.of, "ABC123"),
        partial(bookings.at, ["a"]),
        partial(bookings.at, ["a"], (DAY, DAY)),
        partial(bookings.mark_decided, ["1"]),
        partial(bookings.revoke, Channel.EMAIL, "a", NOON, "link"),
        partial(bookings.give, Channel.EMAIL, "a", CONSENT),
        partial(bookings.forget, ["1"]),
        partial(files.changes, BA117, 10),
        partial(files.moves_to, BA117),
        partial(files.records, ["1"]),
        partial(files.rows, BA117, 10),
        partial(files.digests, ["1"], 10),
        partial(files.silences, BA117, 10),
        partial(files.tasks, BA117, 10),
        partial(files.acts, [About(Thing.FLIGHT, BA117), About(Thing.TASK, "1")], 10),
        partial(travellers.rows, "1", 10),
        partial(travellers.silences, "1", [BA117], 10),
        partial(travellers.tasks, "1", 10),
        partial(silences.of_flight, BA117),
        partial(silences.newest_of, [BA117]),
        partial(silences.counts),
        partial(tasks.unfinished, [TaskKind.CALL]),
        partial(tasks.newest, [TaskState.OPEN], 10),
        partial(tasks.get, "1"),
        partial(tasks.close, ["1"], "why"),
        partial(tasks.erase, ["1"]),
        partial(desk.find, TaskFilter()),
        partial(desk.of_ids, ["1"]),
        partial(desk.of_flights, [BA117], [TaskKind.CALL]),
        partial(desk.counts),
        partial(ledger.rows_of, [BA117], ["k"]),
        partial(ledger.told_of, [BA117]),
        partial(ledger.supersede, [(BA117, 2)], ["k"]),
        partial(ledger.unsettled),
        partial(ledger.get, "1"),
        partial(ledger.newest, 10),
        partial(ledger.newest, 10, BA117),
        partial(ledger.erase, ["1"], ["k"]),
        partial(outbox.due, ["email"], NOON, 10),
        partial(outbox.claim, "me", ["email"], NOON, 10),
        partial(waiting.backlog, NOON),
        partial(waiting.expire, NOON),
        partial(waiting.stuck, MINUTE, NOON, [Channel.SMS]),
        partial(waiting.of_travellers, [BA117]),
        partial(waiting.only_shown, NOON),
        partial(board.search, FlightQuery(), limit=10),
        partial(board.count, FlightQuery()),
        partial(board.disrupted, NOON, before=day, ahead=day, limit=10),
        partial(board.numbers_of_disrupted, NOON, before=day, ahead=day),
        partial(board.numbers_of_disrupted, NOON, before=day, ahead=day, among=[BA117]),
        partial(board.rows, [BA117]),
        partial(changes.recent, ChangeQuery(), limit=10),
        partial(changes.latest, [BA117]),
        partial(messages.search, MessageQuery(reference="ABC123"), limit=10),
        partial(messages.standing_of, [BA117]),
        partial(people.search, PeopleQuery(), limit=10),
        partial(people.one, "k"),
        partial(people.count, PeopleQuery()),
        partial(letters.page, LetterFilter(), limit=10),
        partial(letters.counts),
        partial(letters.get, "1"),
        partial(receipts.row_of, "p"),
        partial(receipts.answered, ["1"]),
        partial(receipts.overdue, Channel.SMS),
        partial(pages.rows_of, "l"),
        partial(pages.changes_of, BA117),
        partial(pages.seen_at, BA117),
        partial(handlings.get, [BA117]),
        partial(handlings.hold, [BA117], "ben", NOON),
        partial(handlings.release, [BA117]),
        partial(handlings.holding),
        partial(handlings.held),
        partial(audit.read),
        partial(audit.read, by="ben"),
        partial(audit.read, about=About(Thing.FLIGHT, BA117)),
        partial(counted.count, [DAY], final=[DAY]),
        partial(counted.final, DAY, DAY),
        partial(counted.sum_up, DAY, DAY),
        partial(counted.usual_until),
        partial(counted.forget, DAY),
        partial(counted.ranking, Scope.AIRPORT),
        partial(counted.busiest, Scope.AIRPORT, DAY, 10),
        partial(counted.days, Scope.AIRPORT, ["LHR"], [DAY], delays=True),
        partial(counted.counted, Scope.AIRPORT, ["LHR"], [DAY]),
        partial(counted.usual, Scope.AIRPORT, ["LHR"], delays=True),
        partial(gauges.lease),
        partial(gauges.calls, NOON),
        partial(gauges.backlog, NOON),
        partial(gauges.letters, NOON),
        partial(gauges.tasks),
        partial(attempts.note, "k"),
        partial(attempts.take_back, ["k"]),
        partial(attempts.forgive, "k"),
        partial(MongoToldOfConnections(database).at_risk, [BA117]),
        partial(MongoChangeHistory(database).begins),
        partial(MongoStaffRules(database).all),
        partial(MongoStaffRules(database).kept),
        partial(MongoStaffRows(database).to_staff, ["k"], NOON),
        partial(MongoOptOuts(database).of, ["k"]),
        partial(MongoOnce(database).done, "n"),
        partial(MongoUploads(database).find, "ben", "d"),
        partial(MongoAirlineNames(database).all),
        partial(MongoPolls(database).last),
        partial(MongoCallCounter(database, clock_from("system"), Plan.FREE).spent),
        partial(MongoCallPlans(database).current),
        partial(MongoCallPlans(database).kept_at),
        partial(MongoQueryStandings(database).all),
        partial(MongoSights(database).all),
        partial(MongoSights(database).of, [BA117]),
        partial(MongoSights(database).keep, [], [BA117]),
        partial(MongoWorkers(database).all, 10),
        partial(MongoUsers(database).get, "ben"),
        partial(MongoUsers(database).all),
        partial(MongoUsers(database).remove, "ben"),
        partial(MongoTokens(database).get, "t"),
        partial(MongoTokens(database).of, "ben"),
    ]


async def test_whatever_is_asked_walks_an_index(
    database: Database, mongodb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLIGHTAGENTS_MONGODB_URL", mongodb)
    monkeypatch.setenv("FLIGHTAGENTS_MONGODB_DATABASE", database.name)
    world = await open_world(load(), clock_from("system"))
    await world.close()
    ear = Ear()
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
        mongodb, tz_aware=True, event_listeners=[ear]
    )
    scans: dict[str, list[dict[str, Any]]] = {}
    try:
        for ask in asked(client[database.name]):
            ear.heard.clear()
            await ask()
            assert ear.heard, ask
            scanning = [each for each in tuple(ear.heard) if await scans_all(database, each)]
            if scanning:
                scans[ask.func.__qualname__] = scanning
    finally:
        client.close()
    assert scans.keys() == WHOLE, scans


async def scans_all(database: Database, command: Mapping[str, Any]) -> bool:
    collection = str(next(iter(command.values())))
    if collection not in await database.list_collection_names():
        await database.create_collection(collection)  # MongoDB makes no plan for one that is not there
    explained = await database.command("explain", command, verbosity="queryPlanner")
    plan = str({name: value for name, value in explained.items() if name != "command"})
    assert "EOF" not in plan, f"nothing can be found by this, so nothing is told by it: {command}"
    return "COLLSCAN" in plan
