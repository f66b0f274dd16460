"""Travellers on some of the flights, and whether each of them knows in the end what they have to know."""

import asyncio
import csv
import io
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from flightagents.domain.alerting import Current, needs_update
from flightagents.domain.flight import identity
from flightagents.domain.notifications import Notification, State, told_by
from flightagents.handlers.booking_file import COLUMNS
from flightagents.store.connection import connect
from flightagents.store.ledger import MongoLedger
from tests.support.post import Post
from tests.support.rows import DAY
from tests.support.site import Site

COUNT = 150
"""On so many flights, one each: a few hundred messages while the workers die."""
DUE = (State.PENDING, State.SENDING, State.UNCERTAIN)


def board(site: Site, folder: Path) -> None:
    """Import their bookings, as an agency would."""
    file = folder / "bookings.csv"
    file.write_text(_csv(), encoding="utf-8")
    command = [sys.executable, "-m", "flightagents", "bookings", "import", str(file)]
    subprocess.run(command, env={**os.environ, **site.environment()}, check=True, capture_output=True)


def _csv() -> str:
    out = io.StringIO()
    lines = csv.DictWriter(out, COLUMNS, restval="")
    lines.writeheader()
    for number in range(COUNT):
        lines.writerow(
            {
                "reference": _reference(number),
                "email": f"traveller{number}@example.org",
                "phone": f"+1202555{number:04}",
                "consent_email": "yes",
                "consent_sms": "yes",
                "flights": f"BA{number + 1} {DAY} LHR-JFK",
            }
        )
    return out.getvalue()


def _reference(number: int) -> str:
    return f"T{number:05}"


def ledger(site: Site) -> list[Notification]:
    """Give every row."""

    async def read() -> list[Notification]:
        database = connect(site.mongodb, site.database.name)
        try:
            return await MongoLedger(database).newest(limit=1_000_000)
        finally:
            database.client.close()

    return asyncio.run(read())


def nothing_is_due(site: Site) -> bool:
    """Tell whether everybody who can be told by now was told."""
    now = site.now
    return not any(
        row.state in DUE and (row.not_before is None or row.not_before <= now) for row in ledger(site)
    )


def ignorant(site: Site) -> Iterator[str]:
    """Give the travellers who should know more, by the domain alone, or who were told what is not so."""
    told: defaultdict[tuple[str | None, str], list[Notification]] = defaultdict(list)
    for row in ledger(site):
        told[row.booking, row.flight].append(row)
    for number in range(COUNT):
        flight = identity(f"BA{number + 1}", DAY.isoformat(), "LHR", "JFK")
        state = site.stories[flight].state if flight in site.stories else None
        if state is None:
            continue
        booking = f"{_reference(number)}|traveller{number}@example.org"
        current = Current(state=state, base=state.departure.base)
        theirs = sorted(told[booking, flight], key=lambda row: row.ordinal)
        decision = needs_update(told_by(theirs), current, site.now)
        waits = decision.not_before is not None and decision.not_before > site.now
        if decision.tell and not waits:
            yield f"{booking} has to hear of {flight}: {decision.said}"


def wrongly_delivered(site: Site, post: Post) -> Iterator[str]:
    """Give what the mailbox and Twilio lack or have twice, beside the ledger."""
    rows = list(site.database["notifications"].find())
    phones = {each["_id"]: each["phone"] for each in site.database["bookings"].find()}
    differences = post.compare(rows, phones)
    yield from (f"lost: {words}" for words in differences.lost)
    yield from (f"twice: {words}" for words in differences.twice)
    yield from (f"maybe twice: {row['_id']}" for row in rows if row["maybe_twice"])
    yield from (f"not told for good: {row['trace']}" for row in rows if row["state"] in ("failed", "dead"))
