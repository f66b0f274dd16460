"""Acts on one thing of a list or on many: which were marked, and how it ended, in one sentence."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol

from aiohttp import web
from multidict import MultiMapping

from flightagents.web.staff.times import count

_WHY_NOT = {
    "unknown": "not there any more",
    "taken": "in somebody else's hands",
    "no_trouble": "with nothing wrong any more",
    "already": "so already",
    "bad_time": "not put off: the time has passed, or is more than a day ahead",
    "empty": "not noted: write something",
    "too_many": "too many at once",
    "not_waiting": "not waiting to be sent",
    "not_given_up": "not tried again: neither given up nor refused",
    "done": "not in anybody's hands any more: it has ended",
    "not_claimed": "in nobody's hands",
    "not_done": "not opened again: not done, or ended by itself",
    "erased": "about somebody who was forgotten",
}


class Acted(Protocol):
    """How an act on one thing ended."""

    @property
    def why_not(self) -> str | None:
        """Why it was not done; None where it was."""

    @property
    def taken_by(self) -> str | None:
        """Who has it, where that is why."""


def chosen(form: MultiMapping[object], name: str) -> list[str]:
    """Give the ids that an act is about: that of the button that was pressed, else those that are marked."""
    only = str(form.get("only", ""))
    return [only] if only else [str(each) for each in form.getall(name, [])]


def receiver(form: MultiMapping[object], colleagues: Sequence[str]) -> str:
    """Give the name of whom something is given to. Raises HTTPBadRequest."""
    to = str(form.get("to", ""))
    if not to:
        raise web.HTTPBadRequest(text="nothing was given: choose to whom")
    if to not in colleagues:
        raise web.HTTPBadRequest(text="there is nobody of that name who may act")
    return to


def summed_up(acted: Sequence[Acted], thing: str, did: str) -> str:
    """Say it: "3 flights seen; 1 in somebody else's hands (ben)"."""
    if not acted:
        return f"Nothing was marked: mark a {thing} first."
    done = sum(each.why_not is None for each in acted)
    parts = [f"{count(done, thing)} {did}"] if done or not acted else []
    reasons = Counter(str(each.why_not) for each in acted if each.why_not is not None)
    for reason, number in reasons.items():
        parts.append(f"{number} {_WHY_NOT.get(reason, reason)}{_by(acted, reason)}")
    return "; ".join(parts) + "."


def _by(acted: Iterable[Acted], reason: str) -> str:
    names = sorted({each.taken_by for each in acted if each.why_not == reason and each.taken_by})
    return f" ({', '.join(names)})" if names else ""
