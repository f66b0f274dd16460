"""Whether MongoDB does its part: it answers and takes writes, indexes stand, keys and clocks agree."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from flightagents.clock import Clock
from flightagents.domain.ailing_workers import BAD_SKEW, SKEW
from flightagents.errors import ConfigurationError
from flightagents.handlers.doctor import Finding, Verdict
from flightagents.store import archive, setup, wanted_indexes
from flightagents.store.condition import OLDEST, Condition, Standing, condition_of
from flightagents.store.connection import Database
from flightagents.store.gauges import MongoGauges
from flightagents.store.wanted_indexes import WantedIndex
from flightagents.wiring.doctor.machine import space_found
from flightagents.wiring.doctor.wording import failed, warned, well
from flightagents.wiring.world import Ground, make_indexes

_BEFORE_THAT = "What is kept in it cannot be looked at before: indexes, clock, users, feed, workers."
_MANY = 8
"""Names in one line."""


class Answers:
    """Looks whether it answers, and remembers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.well = False

    async def look(self) -> Sequence[Finding]:
        """Look as far as one gets; changes nothing."""
        condition = await condition_of(self._database)
        self.well = condition.standing is Standing.WELL
        found = of_condition(condition)
        if self.well:
            return found
        return [replace(each, do=f"{each.do} {_BEFORE_THAT}") for each in found]


def of_condition(condition: Condition) -> list[Finding]:
    """Say what it means how MongoDB stands."""
    named = f" ({condition.detail})" if condition.detail else ""
    match condition.standing:
        case Standing.AWAY:
            return failed(
                "MongoDB",
                f"it does not answer{named}",
                "Does it run, is FLIGHTAGENTS_MONGODB_URL right, and is its replicaSet= the name of the set?",
            )
        case Standing.NO_REPLICA_SET:
            return failed(
                "MongoDB",
                "it answers, but is no replica set, which changes live pages and safe writes need",
                "Start it with --replSet rs0 and run rs.initiate() in mongosh once; one node is enough.",
            )
        case Standing.NO_PRIMARY:
            return failed(
                "MongoDB",
                "its replica set has no primary that we reach",
                "See rs.status() in mongosh: a majority of its nodes has to run.",
            )
        case Standing.NO_WRITES:
            return failed(
                "MongoDB",
                f"it answers, but a write is not acknowledged by a majority{named}",
                "See rs.status() in mongosh, and whether the user may write (role readWrite).",
            )
        case Standing.WELL:
            return _of_well(condition)
        case never:
            assert_never(never)


def _of_well(condition: Condition) -> list[Finding]:
    found = well("MongoDB", f"version {condition.version} answers and takes writes")
    if condition.is_old:
        tested = ".".join(map(str, OLDEST))
        what = f"version {condition.version} is older than {tested}, which we are tested with"
        found = warned("MongoDB", what, f"Upgrade it to {tested} or later.")
    if condition.free is not None:
        found += space_found("MongoDB disk", condition.free)
    return found


async def indexes(ground: Ground, *, fix: bool) -> Sequence[Finding]:
    """Compare the indexes with those that a worker makes; with `fix` missing ones are made."""
    wanted = await wanted_indexes.wanted_indexes(lambda database: make_indexes(database, ground.settings))
    stands = await wanted_indexes.look_at_indexes(ground.database, wanted)
    found = [finding for each in stands.different for finding in _different(each)]
    if stands.missing and fix:
        await wanted_indexes.make(ground.database, stands.missing)
        found += well("indexes", f"made {len(stands.missing)}: {_named(stands.missing)}")
    elif stands.missing:
        what = f"{len(stands.missing)} of {stands.wanted} do not stand yet: {_named(stands.missing)}"
        do = "A worker makes them when it starts, or `flightagents doctor --fix`."
        found += warned("indexes", what, do)
    return found or well("indexes", f"all {stands.wanted} stand")


def _different(index: WantedIndex) -> list[Finding]:
    if index.collection == archive.COLLECTION and index.name == setup.TTL:
        do = "The next worker that starts sets it to FLIGHTAGENTS_ARCHIVE_DAYS."
        return warned("indexes", f"{index} keeps records for another time than the settings ask", do)
    drop = f'db.{index.collection}.dropIndex("{index.name}")'
    do = f"No worker starts with it: drop it in mongosh ({drop}), and run `flightagents doctor --fix`."
    return failed("indexes", f"{index} is another one than is needed", do)


def _named(indexes: Sequence[WantedIndex]) -> str:
    more = f" and {len(indexes) - _MANY} more" if len(indexes) > _MANY else ""
    return ", ".join(map(str, indexes[:_MANY])) + more


async def partitioning(ground: Ground) -> Sequence[Finding]:
    """Say which key the records on flight-topic have."""
    try:
        in_force = await setup.check_partitioning(ground.database, ground.settings.partition_by)
    except ConfigurationError as exc:
        what, _, do = str(exc).partition(": ")
        return failed("partitioning", what, f"{do[0].upper()}{do[1:]}")
    if in_force is None:
        return well("partitioning", f"by {ground.settings.partition_by}, once a worker has started")
    return well("partitioning", f"by {in_force}, as the settings ask")


async def clocks(ground: Ground, machine: Clock) -> Sequence[Finding]:
    """Compare this machine's clock with the database's."""
    skew = machine.now() - await MongoGauges(ground.database).now()
    if abs(skew) <= SKEW:
        return well("clock", "this machine's and the database's agree")
    verdict = Verdict.FAILED if abs(skew) > BAD_SKEW else Verdict.WARNING
    what = f"this machine's and the database's differ by {abs(skew) / timedelta(seconds=1):.0f} s"
    return [Finding("clock", verdict, what, "Let both take their time from NTP (timedatectl set-ntp true).")]
