"""A flight's file as PDF: what one hands to an airline, or to a court, with a claim.

Writing one takes some 3 ms a message and 6 ms a change, seconds for the longest: a page has it done in a
thread. The same file gives the same bytes.
"""

from datetime import datetime
from typing import assert_never

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from flightagents.domain.changes import Change, Value
from flightagents.domain.flight import FlightId
from flightagents.domain.flight_file import (
    Changed,
    Decided,
    FlightFile,
    Handled,
    Reported,
    Silent,
    Tasked,
    WasBefore,
)
from flightagents.domain.passenger_hints import Hint
from flightagents.domain.passenger_rules import CALLED
from flightagents.domain.times import to_local
from flightagents.web.flight_evidence import Made
from flightagents.web.latin import latin, lines
from flightagents.web.staff import change_words, log_words
from flightagents.web.staff.ledger_words import CHANNELS, SAID, TASKS, event, flight_name, state, task_state
from flightagents.web.staff.times import capital
from flightagents.web.staff.words import KINDS, STATUSES

FONT = "helvetica"
CELL, WORDS = 300, 4000
"""Letters of a cell of the table, and of a message, that are shown."""
_PAGES = "\x01pages\x01"
"""Stands for their number; no text that we are given has such letters once it is written in Latin-1."""
_COLUMNS = (31, 49, 40, 40, 26)
_HEADINGS = ("We saw it", "Published", "Departure", "Arrival", "Record")
_DISCLAIMER = (
    "Hints for staff, no legal advice: they know neither why the flight was late nor what was offered "
    "instead."
)


def pdf(file: FlightFile, made: Made) -> bytes:
    """Write the document."""
    document = _Document(file, made)
    document.title_page()
    document.published()
    document.said()
    document.unsaid()
    document.tasks()
    document.acts()
    document.rights()
    return bytes(document.output())


class _Document(FPDF):
    def __init__(self, file: FlightFile, made: Made) -> None:
        super().__init__(format="A4")
        self._file = file
        self._made = made
        self._name = FlightId.parse(file.flight)
        self._zone = file.state.departure.zone if file.state else None
        self.set_title(latin(f"{file.flight}: what happened, and what was said"))
        self.set_author(latin(made.by))
        self.set_creator(latin(made.system))
        self.set_producer("flightagents")
        self.set_subject("Evidence file of one flight")
        self.set_lang("en")
        self.set_creation_date(file.made_at)
        self.set_auto_page_break(auto=True, margin=20)
        self.alias_nb_pages(_PAGES)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font(FONT, size=7)
        made = f"made at {_utc(self._file.made_at)} by {self._made.by} with {self._made.system}"
        self.cell(0, 4, latin(f"{made} from {self._file.read} records"), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.cell(0, 4, f"page {self.page_no()} of {_PAGES}")

    def title_page(self) -> None:
        name, file = self._name, self._file
        self._line(f"Flight {name.designator} of {name.date:%d %B %Y}", size=16, bold=True)
        self._line(f"{name.departure} to {name.arrival}", size=12)
        if file.only_one:
            person = file.booking
            whose = f"{person.name}, booking {person.reference}" if person else "one traveller"
            self._line(f"Messages to {whose} only")
        elif not file.sees_people:
            self._line("Made without names and messages: for whoever may not see travellers.")
        known = file.state
        if known is not None:
            once = "" if known.disruption_confirmed else " (seen once, not confirmed yet)"
            self._line(f"Status: {STATUSES[known.disruption or known.status]}{once}")
            for what, end in (("Departure", known.departure), ("Arrival", known.arrival)):
                times = {"first published": end.base, "now": end.scheduled, "expected": end.expected}
                if end.actual is not None:
                    times["runway"] = end.actual
                told = "; ".join(f"{name} {_both(at, end.zone)}" for name, at in times.items())
                self._line(f"{what} {end.airport} ({end.zone or 'zone unknown'}): {told}")
        self._line(f"Seen last: {_both(file.seen_at, self._zone) if file.seen_at else 'no look is kept'}")
        if file.left_out:
            self._line(f"{file.left_out} older entries had no place in this file.", bold=True)

    def published(self) -> None:
        self._heading("What the airline published, and when we saw it")
        found = [entry for entry in self._file.story if isinstance(entry, (Changed, WasBefore))]
        if not found:
            self._line("Nothing is kept.")
            return
        self.set_font(FONT, size=7)
        headings = FontFace(emphasis="BOLD", fill_color=(230, 230, 230))
        with self.table(
            col_widths=_COLUMNS, headings_style=headings, text_align="LEFT", line_height=4
        ) as table:
            table.row(_HEADINGS)
            for entry in found:
                table.row([latin(cell, longest=CELL) for cell in self._row(entry)])

    def _row(self, entry: Changed | WasBefore) -> tuple[str, ...]:
        if isinstance(entry, WasBefore):
            return _both(entry.at, self._zone), f"it was {flight_name(entry.flight)} before", "", "", ""
        change, look = entry.change, entry.look
        seen = _both(look.polled_at if look else entry.at, change.departure.zone)
        ends = (
            f"{end.airport} scheduled {_both(end.scheduled, end.zone)}, "
            f"expected {_both(end.expected, end.zone)}"
            for end in (change.departure, change.arrival)
        )
        status = (
            f'run {look.run}, status "{look.vendor["status"]}"' if look else "the record is not kept any more"
        )
        return seen, _words(change), *ends, f"{status}, {change.record}"

    def said(self) -> None:
        self._heading("What was sent, to whom and when")
        found = [entry for entry in self._file.story if isinstance(entry, (Decided, Reported))]
        for entry in found:
            match entry:
                case Decided():
                    self._message(entry)
                case Reported():
                    self._reported(entry)
                case _:
                    assert_never(entry)
        if not found:
            self._line("Nothing.")

    def _message(self, entry: Decided) -> None:
        told = f"{SAID[entry.said]}, {state(entry.state)}"
        to = f"{CHANNELS[entry.channel]} to {_whom(entry)}"
        self._line(f"{_both(entry.at, self._zone)}  {to}: {told}", bold=True)
        self._line(f"Decided: {entry.why}.")
        if entry.not_before is not None:
            self._line(f"Not to be sent before {_both(entry.not_before, self._zone)}.")
        for each in entry.events:
            if not each.text.startswith("receipt: "):  # which has a line of its own
                self._line(f"{_both(each.at, self._zone)}  {event(each.text)}", indent=4)
        for part in (entry.subject, entry.text):
            if part:
                self._text(part)

    def _reported(self, entry: Reported) -> None:
        told = f"receipt: {state(entry.state)}" if entry.state else "no receipt came in time"
        whose = (
            f"{CHANNELS[entry.channel]} of {entry.person.name}" if entry.person else CHANNELS[entry.channel]
        )
        detail = f" ({entry.detail})" if entry.detail else ""
        self._line(f"{_both(entry.at, self._zone)}  {whose}: {told}{detail}", bold=True)

    def unsaid(self) -> None:
        found = [entry for entry in self._file.story if isinstance(entry, Silent)]
        if not found:
            return
        self._heading("What was not told, and why")
        for entry in found:
            names = ", ".join(f"{each.name} ({each.reference})" for each in entry.persons)
            whom = names or f"{entry.people} traveller{'' if entry.people == 1 else 's'}"
            self._line(f"{_both(entry.at, self._zone)}  {whom}: {entry.why}")

    def tasks(self) -> None:
        found = [entry for entry in self._file.story if isinstance(entry, Tasked)]
        if not found:
            return
        self._heading("Tasks for staff")
        for entry in found:
            kind, stands = TASKS[entry.kind], task_state(entry.state)
            self._line(f"{_both(entry.at, self._zone)}  {kind}, {stands}: {entry.summary}")
            for each in entry.events:
                self._line(f"{_both(each.at, self._zone)}  {event(each.text)}", indent=4)

    def acts(self) -> None:
        found = [entry for entry in self._file.story if isinstance(entry, Handled)]
        if not found:
            return
        self._heading("What staff did")
        for entry in found:
            self._line(f"{_both(entry.at, self._zone)}  {_did(entry, self._zone)}")
            if entry.note:
                self._text(entry.note)

    def rights(self) -> None:
        self._heading("Passenger rights to look into")
        self._line(_DISCLAIMER)
        for hint in self._file.rights.hints:
            self._line(_right(hint), bold=True)
            self._line(f"Since {hint.reason}.", indent=4)
            stands = hint.provision
            compared = f"compared with the law of {stands.as_of:%d %B %Y}"
            self._line(f"{stands.law}, {stands.article} ({compared}): {stands.source}", indent=4)
        for reason in self._file.rights.unsaid:
            self._line(f"Not judged: {reason}.")

    def _heading(self, text: str) -> None:
        self.ln(3)
        self._line(text, size=12, bold=True)

    def _line(self, text: str, *, size: int = 8, bold: bool = False, indent: int = 0) -> None:
        self.set_font(FONT, style="B" if bold else "", size=size)
        self._write(latin(text, longest=WORDS), height=size / 2, indent=indent)

    def _text(self, text: str) -> None:
        self.set_font("courier", size=7)
        for line in lines(text, longest=WORDS).split("\n"):
            self._write(line, height=3.5, indent=4)

    def _write(self, text: str, *, height: float, indent: int) -> None:
        """Breaking a text into lines takes most of the time: what fits on one is not broken."""
        self.set_x(self.l_margin + indent)
        fits = self.get_string_width(text) < self.epw - indent - 2 * self.c_margin
        write = self.cell if fits else self.multi_cell
        write(0, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _words(change: Change) -> str:
    moved = [
        f"{change_words.field(name)} {_value(change, name, change.before.get(name))} -> "
        f"{_value(change, name, value)}"
        for name, value in change.after.items()
    ]
    why = change_words.REASONS[change.reason]
    return f"{capital(KINDS[change.kind])}: {', '.join(moved)}. Because {why}."


def _value(change: Change, name: str, value: Value) -> str:
    found = change_words.moment(change, name, value)
    return _both(found[0], found[1].zone) if found else change_words.said(name, value)


def _did(entry: Handled, zone: str | None) -> str:
    if entry.channel is not None:
        what = f"an {CHANNELS[entry.channel]}"
    else:
        what = f'the task "{TASKS[entry.task]}"' if entry.task else "the flight"
    whose = f" {'to' if entry.channel else 'of'} {entry.person.name}" if entry.person else ""
    more = "" if entry.channel else log_words.rest(entry.act, lambda moment: _both(moment, zone))
    return f"{entry.act.by} {log_words.did(entry.act)} {what}{whose} {more}".rstrip()


def _whom(entry: Decided) -> str:
    if entry.rule is not None:
        return f"staff ({entry.rule})"
    if entry.person is None:
        return "somebody who was forgotten" if entry.forgotten else "a traveller"
    address = f" <{entry.person.address}>" if entry.person.address else ""
    return f"{entry.person.name}{address}, booking {entry.person.reference}"


def _right(hint: Hint) -> str:
    amount = f" {hint.amount}:" if hint.amount else ""
    return f"{CALLED[hint.rule]}:{amount} {hint.text}"


def _both(moment: datetime, zone: str | None) -> str:
    """Write 2026-11-22 14:35 (14:35Z): the airport's clock and UTC; one alone where the other is unknown."""
    if moment.tzinfo is None:
        return f"{moment:%Y-%m-%d %H:%M} local"
    if zone is None:
        return f"{moment:%Y-%m-%d %H:%M}Z"
    local = to_local(moment, zone)
    day = "" if local.date() == moment.date() else f"{moment:%Y-%m-%d} "
    return f"{local:%Y-%m-%d %H:%M} ({day}{moment:%H:%M}Z)"


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
