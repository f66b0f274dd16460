"""The words of the log: "gave task 3fa2 to ben"."""

from collections.abc import Callable
from datetime import UTC, datetime

from markupsafe import Markup, escape

from flightagents.domain.acts import PUT_OFF, About, Act, Did, Thing
from flightagents.web.staff.ledger_words import flight_name, is_flight
from flightagents.web.staff.times import dated

_DID = {
    Did.ASSIGNED: "gave",
    Did.UNASSIGNED: "took",
    Did.ACKNOWLEDGED: "saw",
    Did.SNOOZED: "put off",
    Did.NOTED: "wrote a note on",
    Did.DONE: "finished",
    Did.REOPENED: "opened again",
    Did.RESENT: "sent again",
    Did.REPLAYED: "tried again",
    Did.HELD: "held",
    Did.RELEASED: "released",
    Did.ADDED: "added",
    Did.CHANGED: "changed",
    Did.REBOOKED: "rebooked",
    Did.CANCELLED: "cancelled",
    Did.FORGOT: "forgot",
    Did.REMOVED: "removed",
    Did.IMPORTED: "imported",
    Did.EXPORTED: "exported",
    Did.DISMISSED: "dismissed",
    Did.REFUSED_LOGIN: "was refused the login as",
    Did.LOGGED_IN: "logged in as",
    Did.LOGGED_OUT: "logged out",
}
_DID_TO_FLIGHT = {Did.HELD: "held the messages of", Did.RELEASED: "released the messages of"}
_DID_TO_TASK = {Did.RELEASED: "let go of"}
_THINGS = {
    Thing.FLIGHT: "flight",
    Thing.MESSAGE: "message",
    Thing.TASK: "task",
    Thing.BOOKING: "booking",
    Thing.FILE: "file",
    Thing.RULE: "rule",
    Thing.USER: "user",
    Thing.TOKEN: "token",
    Thing.DEAD_LETTER: "dead letter",
    Thing.EXPORT: "export of",
}
_SHOWN = 12
"""Characters of a hash that tell it from others."""


def did(act: Act) -> str:
    """Say what was done: the verb."""
    if _took_it(act):
        return "took"
    if _gave_it_back(act):
        return "gave back"
    special = {Thing.FLIGHT: _DID_TO_FLIGHT, Thing.TASK: _DID_TO_TASK}.get(act.about.thing, {})
    return special.get(act.did) or _DID[act.did]


def more(act: Act, zone: str) -> Markup:
    """Say the rest: to whom, until when by the clock of a zone, by which channel."""
    return escape(rest(act, lambda moment: dated(moment, zone)))


def rest(act: Act, written: Callable[[datetime], str]) -> str:
    """Say the rest, with a time as `written` has it."""
    if _took_it(act) or _gave_it_back(act):
        return ""
    if act.did is Did.SNOOZED:
        return "until " + written(datetime.strptime(act.detail, PUT_OFF).replace(tzinfo=UTC))
    return act.detail.replace(" sms", " SMS")


def _took_it(act: Act) -> bool:
    return act.did is Did.ASSIGNED and act.detail == f"to {act.by}"


def _gave_it_back(act: Act) -> bool:
    return act.did is Did.UNASSIGNED and act.detail == f"from {act.by}"


def thing(about: About) -> str:
    """Name what it was done to."""
    if about.thing is Thing.FLIGHT and is_flight(about.id):
        return flight_name(about.id)
    short = about.id[:_SHOWN] if about.thing in (Thing.MESSAGE, Thing.BOOKING) else about.id
    return f"{_THINGS[about.thing]} {short}"


FILTERS: dict[str, Callable[..., object]] = {"did": did, "thing": thing, "more": more}
