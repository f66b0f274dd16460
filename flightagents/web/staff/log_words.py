"""The words of the log: "gave task 3fa2 to ben"."""

from collections.abc import Callable
from datetime import UTC, datetime

from flightagents.domain.acts import PUT_OFF, About, Act, Did, Thing
from flightagents.web.staff.ledger_words import flight_name, is_flight

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
    Did.REFUSED_LOGIN: "was refused the login as",
    Did.LOGGED_IN: "logged in as",
    Did.LOGGED_OUT: "logged out",
}
_DID_TO_FLIGHT = {Did.HELD: "held the messages of", Did.RELEASED: "released the messages of"}
_DID_TO_TASK = {Did.RELEASED: "let go of"}
_SHOWN = 12
"""Characters of a hash that tell it from others."""


def did(act: Act) -> str:
    """Say what was done: the verb."""
    if _took_it(act):
        return "took"
    if _gave_it_back(act):
        return "gave back"
    special = {Thing.FLIGHT: _DID_TO_FLIGHT, Thing.TASK: _DID_TO_TASK}.get(act.about.thing, {})
    return special.get(act.did) or _DID.get(act.did) or act.did.value.replace("_", " ")


def more(act: Act) -> str:
    """Say the rest: to whom, until when, by which channel."""
    return "" if _took_it(act) or _gave_it_back(act) else act.detail


def until(act: Act) -> datetime | None:
    """Give the time that something was put off to."""
    try:
        return datetime.strptime(act.detail, PUT_OFF).replace(tzinfo=UTC)
    except ValueError:
        return None


def _took_it(act: Act) -> bool:
    return act.did is Did.ASSIGNED and act.detail == f"to {act.by}"


def _gave_it_back(act: Act) -> bool:
    return act.did is Did.UNASSIGNED and act.detail == f"from {act.by}"


def thing(about: About) -> str:
    """Name what it was done to."""
    if about.thing is Thing.FLIGHT and is_flight(about.id):
        return flight_name(about.id)
    short = about.id[:_SHOWN] if about.thing in (Thing.MESSAGE, Thing.BOOKING) else about.id
    return f"{about.thing.value.replace('_', ' ')} {short}"


FILTERS: dict[str, Callable[..., object]] = {"did": did, "thing": thing, "more": more, "put_off_until": until}
