"""Whether rows for staff that are about to be sent are still wanted, still true, and not too many.

Recheck calls it for rows that have a rule. What goes beyond the hour's limit of an address is set aside and
told in one digest; a cancellation may be among it, for its travellers have a task and messages of their own.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from flightagents.clock import Clock
from flightagents.domain.flight import FlightState
from flightagents.domain.notifications import Notification, Stage, State
from flightagents.domain.overtaking import Truth, still_true
from flightagents.domain.reasons import Reason
from flightagents.domain.rules import StaffRule
from flightagents.domain.said import Said
from flightagents.domain.tasks import TaskKind, TaskState
from flightagents.handlers.counting import count_written
from flightagents.handlers.staff_digest import digest_of, digest_row, needs_another
from flightagents.handlers.staff_rows import (
    HOUR,
    NEWS_FOR,
    Address,
    Office,
    address_of,
    beyond,
    is_gathered,
    is_told,
    staff_key,
    waits,
)
from flightagents.handlers.verdicts import Send, SetAside, Verdict, Wait
from flightagents.ports import FlightStore, Ledger, StaffRows, StaffRules, Tasks

LOOK_BACK = NEWS_FOR + HOUR
"""The oldest alert that may still wait, and the hour before it that its limit counts."""

_NO_RULE = SetAside(State.SUPPRESSED, Reason.NO_RULE)
_GATHERED = SetAside(State.SUPPRESSED, Reason.RATE_LIMIT)
_TASK_TAKEN = SetAside(State.SUPPRESSED, Reason.TASK_TAKEN)
_OVERTAKEN = SetAside(State.SUPERSEDED, Reason.SUPERSEDED)
_ON_ITS_WAY = (State.PENDING, State.SENDING, State.UNCERTAIN)


class RecheckStaff:
    """Looks at rules, flights and what each address was told within the last hours: three queries a claim."""

    def __init__(
        self,
        *,
        rules: StaffRules,
        flights: FlightStore,
        rows: StaffRows,
        ledger: Ledger,
        tasks: Tasks,
        address_key: Callable[[str], str],
        clock: Clock,
        office: Office,
    ) -> None:
        self._rules = rules
        self._flights = flights
        self._rows = rows
        self._ledger = ledger
        self._tasks = tasks
        self._address_key = address_key
        self._clock = clock
        self._office = office

    async def __call__(self, rows: Sequence[Notification]) -> dict[str, Verdict]:
        """Give a verdict on each row, by its id. The digest that tells a set-aside row is written first."""
        rules, now = await self._rules.all(), self._clock.now()
        keys = sorted({row.address_key for row in rows if row.address_key is not None})
        recent = await self._rows.to_staff(keys, now - LOOK_BACK)
        states = await self._flights.known_states(sorted({row.flight for row in recent if row.flight}))
        board = _Board(recent, states, self._office)
        verdicts = {row.id: self._verdict(row, rules, board, now) for row in rows}
        verdicts |= await self._of_taken_tasks([row for row in rows if isinstance(verdicts[row.id], Send)])
        gathered = [row for row in rows if verdicts[row.id] == _GATHERED]
        count_written(await self._ledger.add(board.digests_for(gathered, now)))
        return verdicts

    async def address(self, row: Notification) -> str | None:
        """Give where a row goes, or went, by the rules as they are now; None where none leads there."""
        return self._address(row, await self._rules.all())

    def _verdict(
        self, row: Notification, rules: Sequence[StaffRule], board: "_Board", now: datetime
    ) -> Verdict:
        if now > row.expires_at:
            return SetAside(State.EXPIRED, Reason.EXPIRED)
        address = self._address(row, rules)
        if address is None or row.staff is None:
            return _NO_RULE
        may_have_arrived = row.stage is Stage.WIRE
        if row.said in (Said.ON_CALL, Said.FEED_ALERT) or (
            row.said is Said.STAFF_DIGEST and may_have_arrived
        ):
            return Send(address=address, staff=row.staff)
        if row.said is Said.STAFF_DIGEST:
            return board.digest(row, address, now)
        if not board.is_true(row):
            return _OVERTAKEN
        return _GATHERED if row.id in board.over else Send(address=address, staff=row.staff)

    async def _of_taken_tasks(self, rows: Sequence[Notification]) -> dict[str, Verdict]:
        """An alarm is void once somebody has taken its task, or its reason is gone."""
        alarms = [row for row in rows if row.said is Said.ON_CALL]
        if not alarms:
            return {}
        unfinished = await self._tasks.unfinished(list(TaskKind))
        open_tasks = {task.id for task in unfinished if task.state is TaskState.OPEN}
        return {row.id: _TASK_TAKEN for row in alarms if row.staff and row.staff.task not in open_tasks}

    def _address(self, row: Notification, rules: Sequence[StaffRule]) -> str | None:
        """A digest tells of several rules: any that still has the address will do."""
        if row.said is Said.ON_CALL:
            return self._office.on_call
        for rule in rules:
            if rule.name == row.rule or row.said is Said.STAFF_DIGEST:
                for to in rule.to:
                    if (staff_key(self._address_key, to.address), to.channel) == address_of(row):
                        return to.address
        return None


class _Board:
    """What some addresses were told lately, and what waits for them."""

    def __init__(
        self, recent: Sequence[Notification], states: dict[str, FlightState], office: Office
    ) -> None:
        self._states = states
        self._zone = office.zone
        self._of: dict[Address, list[Notification]] = defaultdict(list)
        for row in recent:
            self._of[address_of(row)].append(row)
        self.over = {
            key
            for theirs in self._of.values()
            for key in beyond((row for row in theirs if self.is_true(row) or not waits(row)), office.hourly)
        }

    def is_true(self, row: Notification) -> bool:
        """Tell whether a row still holds, as the flight stands now; of an unknown flight everything does."""
        state = self._states.get(row.flight)
        if state is None or row.staff is None or row.staff.kind is None:
            return True
        return still_true(row.staff.kind, row.staff.late, Truth.of(state))

    def digest(self, row: Notification, address: str, now: datetime) -> Verdict:
        """Tell what no digest has told yet; an older digest that is on its way comes first."""
        others = [each for each in self._digests(address_of(row)) if each.id != row.id]
        place = row.created_at, row.id
        if any((each.created_at, each.id) < place and each.state in _ON_ITS_WAY for each in others):
            return Wait()
        told = {change for each in others if is_told(each) and each.staff for change in each.staff.changes}
        left = [
            each
            for each in self._of[address_of(row)]
            if is_gathered(each) and each.expires_at >= now and not told.issuperset(each.changes)
        ]
        if not left:
            return SetAside(State.SUPPRESSED, Reason.DUPLICATE)
        true = [each for each in left if self.is_true(each)]
        if not true:
            return SetAside(State.SUPPRESSED, Reason.NOT_MATERIAL)
        return Send(address=address, staff=digest_of(true, self._zone))

    def digests_for(self, gathered: Sequence[Notification], now: datetime) -> list[Notification]:
        """Give the digests that are still to be written for what is set aside: one for each address."""
        wanted = {}
        for row in gathered:
            last = max(
                self._digests(address_of(row)), key=lambda each: (each.created_at, each.id), default=None
            )
            due = last.not_before if last and last.state is State.PENDING else None
            if needs_another(due, now):
                wanted[address_of(row)] = digest_row(row, last.id if last else None, now)
        return list(wanted.values())

    def _digests(self, address: Address) -> list[Notification]:
        return [each for each in self._of[address] if each.said is Said.STAFF_DIGEST]
