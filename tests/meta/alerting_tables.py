"""The tables of docs/alerting.md, made from the code. `python -m tests.meta.alerting_tables` writes them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Kind, severity
from flightagents.domain.notifications import Notice, Onward, State
from flightagents.domain.reasons import MEANING, Reason
from flightagents.domain.said import CONNECTIONS, FOR_STAFF, Said
from flightagents.domain.tasks import TaskKind
from flightagents.notify.render import Renderer
from tests.meta.repository import ROOT

DOCUMENT = ROOT / "docs" / "alerting.md"
BEGIN = "<!-- made by python -m tests.meta.alerting_tables -->"

TELLS = {
    Kind.DELAYED: "later",
    Kind.MOVED_EARLIER: "earlier",
    Kind.ON_TIME_AGAIN: "on time again",
    Kind.CANCELLED_UNCONFIRMED: "cancelled, after ten minutes",
    Kind.CANCELLED: "cancelled",
    Kind.REINSTATED: "on again",
    Kind.DIVERTED: "diverted",
    Kind.GATE_CHANGED: "gate",
    Kind.TERMINAL_CHANGED: "terminal",
    Kind.LOST_SIGHT: "no fresh news, if they were told of another time",
    Kind.FIRST_SEEN: "what is wrong already",
    Kind.MARKETED_AS_GROWN: "what is wrong already, to people under the new number",
}
"""What a traveller may hear when a change of this kind comes; of the other kinds staff alone."""

_NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
_TRAVELLERS = [said for said in Said if said not in FOR_STAFF]


def tables() -> str:
    """Give everything that comes from the code."""
    parts = [
        BEGIN,
        "## Kinds of change",
        _table(("kind", "severity", "travellers may hear"), _kinds()),
        "## Reasons",
        _table(("reason", "means"), ((f"`{reason}`", MEANING[reason]) for reason in Reason)),
        "## States of a notification",
        ", ".join(f"`{state}`" for state in State) + ".",
        "## Tasks for staff",
        ", ".join(f"`{kind}`" for kind in TaskKind) + ".",
        "## Texts",
        "In English, for BA117 from London, which was to leave at 14:35 and now leaves at 16:40.",
        _table(("message", "subject of the email", "SMS"), _texts()),
        "With caution: overdue with no take-off known, diverted and not any more, or last seen at 12:10.",
        _table(("instead of", "subject of the email", "SMS"), _careful()),
    ]
    return "\n\n".join(parts) + "\n"


def _kinds() -> Iterator[tuple[str, str, str]]:
    for kind in Kind:
        graded = [severity(kind, timedelta(minutes=minutes)) for minutes in (15, 60, 180)]
        named = " / ".join(dict.fromkeys(grade.value for grade in graded))
        yield f"`{kind}`", named, TELLS.get(kind, "-")


def _texts() -> Iterator[tuple[str, str, str]]:
    for said in _TRAVELLERS:
        subject, sms = _written(_notice(said))
        yield f"`{said}`", subject, sms if said not in (Said.GATE, Said.TERMINAL) else "-"


def _careful() -> Iterator[tuple[str, str, str]]:
    for said in (Said.ALL_CLEAR, Said.EARLIER, Said.REINSTATED):
        yield f"`{said}`, overdue", *_written(replace(_notice(said), overdue=True))
    yield "`reinstated`, was diverted", *_written(replace(_notice(Said.REINSTATED), was_diverted=True))
    for said in (Said.ALL_CLEAR, Said.REINSTATED, Said.CONNECTION_SAFE):
        yield f"`{said}`, last seen", *_written(replace(_notice(said), as_of=_NOON + timedelta(minutes=10)))


def _written(notice: Notice) -> tuple[str, str]:
    renderer = Renderer(
        agency_name="Acme Travel", agency_phone="+44 20 7946 0018", mail_domain="acme.example"
    )
    email, sms = (renderer.render(notice, channel, row="row", now=_NOON) for channel in Channel)
    return email.subject, sms.text


def _notice(said: Said) -> Notice:
    old = datetime(2026, 11, 22, 14, 35, tzinfo=UTC)
    new = (
        old
        if said in (Said.CANCELLED, Said.DIVERTED, Said.GATE, Said.TERMINAL)
        else old + timedelta(minutes=125)
    )
    if said in (Said.EARLIER, Said.ALL_CLEAR):
        old, new = new, old
    onward = Onward(
        designator="AA64",
        departure="JFK",
        arrival="BOS",
        zone="America/New_York",
        leaves=datetime(2026, 11, 23, 1, 5, tzinfo=UTC),
        arrives=datetime(2026, 11, 23, 0, 25, tzinfo=UTC),
        protected=True,
    )
    return Notice(
        said=said,
        designator="BA117",
        operated_as=None,
        departure="LHR",
        arrival="JFK",
        zone="Europe/London",
        old=old,
        new=new,
        language="en",
        flight="BA117|2026-11-22|LHR|JFK",
        name="Anna Miller",
        reference="ABC123",
        gate_from="A10" if said is Said.GATE else None,
        gate="B22" if said is Said.GATE else None,
        terminal_from="3" if said is Said.TERMINAL else None,
        terminal="5" if said is Said.TERMINAL else None,
        onward=onward if said in CONNECTIONS else None,
        as_of=_NOON + timedelta(minutes=10) if said is Said.NO_NEWS else None,
    )


def _table(header: Sequence[str], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def written(document: Path = DOCUMENT) -> str:
    """Give the document with its tables as they have to be."""
    return document.read_text(encoding="utf-8").partition(BEGIN)[0] + tables()


if __name__ == "__main__":
    DOCUMENT.write_text(written(), encoding="utf-8")
