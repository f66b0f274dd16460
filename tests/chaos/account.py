"""The account of a storm: what the ledger says was told, beside what arrived and what nobody was answered."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import State
from flightagents.notify.headers import ROW_HEADER
from tests.chaos.storm import Left, Moment, Row
from tests.support.post import Post
from tests.support.postfix import Postfix

TAKEN = frozenset({State.ACCEPTED.value, State.DELIVERED.value})
FINAL = (TAKEN - {State.ACCEPTED.value}) | {
    State.FAILED.value,
    State.DEAD.value,
    State.SUPPRESSED.value,
    State.SUPERSEDED.value,
    State.EXPIRED.value,
}
TRIES = 2
"""Without evidence a letter is sent so often at most."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What has arrived; `phones` gives the number of each booking."""

    post: Post
    phones: Mapping[str, str | None]
    postfix: Postfix | None = None

    def has(self, row: Row) -> bool:
        """Tell whether the provider has a row's message, as far as it is known in the midst of it all."""
        if row["channel"] == Channel.SMS.value:
            return any(sms.to == self.phones[row["booking"]] for sms in self.post.twilio.messages)
        if self.post.cutter is not None:
            return self.post.cutter.taken[row["_id"]] > 0
        return bool(self.post.mailbox.find_row(row["_id"]))

    def copies(self, ledger: Sequence[Row]) -> Counter[str]:
        """Count by row. What belongs to no row is counted under what it was: a mail's row, a number."""
        if self.postfix is not None:
            found = Counter(str(mail[ROW_HEADER]) for mail in self.postfix.mails("crowd"))
        else:
            found = Counter(str(mail.row) for mail in self.post.mailbox.mails)
        texts = Counter(sms.to for sms in self.post.twilio.messages)
        rows = {self.phones[row["booking"]]: row["_id"] for row in ledger if row["channel"] == "sms"}
        for number, count in texts.items():
            found[rows.get(number, number)] += count
        return found


@dataclass(frozen=True, slots=True)
class Account:
    """Ids of rows, by what became of their messages."""

    lost: set[str]
    """Told, says the ledger, and not there."""
    given_up: set[str]
    """Not there either: sent twice without evidence, and both times cut off. Nobody sends a third time."""
    twice: set[str]
    """There twice, and the ledger does not say that it may be."""
    too_often: set[str]
    """There three times and more."""
    strays: set[str]
    """There, and in no row."""
    maybe_twice: set[str]
    """May be there twice, says the ledger."""
    are_twice: set[str]
    """And are."""
    unanswered: set[str]
    """Emails that a sender got no answer to, or died before it could note one."""
    open: set[str]
    """Not at their end."""
    untold: set[str]
    """At their end, and told nobody."""
    unreported: set[str]
    """There, and not delivered by the ledger."""


def account(
    ledger: Sequence[Row],
    copies: Counter[str],
    cut: Mapping[str, Sequence[datetime]],
    left: Sequence[Mapping[str, Left]],
) -> Account:
    """Add it all up; `cut` tells when a letter of each row came that got no answer."""
    rows = {row["_id"]: row for row in ledger}
    flagged = {key for key, row in rows.items() if row["maybe_twice"]}
    missing = {key for key, row in rows.items() if row["state"] in TAKEN and not copies[key]}
    silences = _silences(rows, cut, left)
    given_up = {key for key in missing & flagged if silences[key] >= TRIES}
    ended = {key for key, row in rows.items() if is_final(row)}
    return Account(
        lost=missing - given_up,
        given_up=given_up,
        twice={key for key in copies if copies[key] > 1 and key not in flagged},
        too_often={key for key in copies if copies[key] > TRIES},
        strays=set(copies) - set(rows),
        maybe_twice=flagged,
        are_twice={key for key in flagged if copies[key] > 1},
        unanswered=set(silences),
        open=set(rows) - ended,
        untold={key for key in ended if rows[key]["state"] not in TAKEN},
        unreported={key for key in copies if key in rows and rows[key]["state"] != State.DELIVERED.value},
    )


def _silences(
    rows: Mapping[str, Row], cut: Mapping[str, Sequence[datetime]], left: Sequence[Mapping[str, Left]]
) -> Counter[str]:
    """Count the tries of each email that ended without an answer: cut off, or their sender died."""
    silences = Counter({key: len(times) for key, times in cut.items()})
    for each in left:
        for key, hand in each.items():
            if hand.moment is Moment.CLAIMED or rows[key]["channel"] != Channel.EMAIL.value:
                continue
            since = hand.wire_at or hand.died_at
            # Whoever dies while its letter is being cut off has lost one try, not two.
            silences[key] += not any(since <= time <= hand.died_at for time in cut.get(key, ()))
    return silences


def is_final(row: Row) -> bool:
    """Tell whether nothing is to come any more."""
    told = row["state"] == State.ACCEPTED.value and row["receipt_by"] is None
    return told or row["state"] in FINAL


def figures(ledger: Sequence[Row], left: Sequence[Mapping[str, Left]]) -> Iterator[str]:
    """Give what was, in words: states, and what the kills hit."""
    states = Counter(f"{row['channel']} {row['state']}" for row in ledger)
    yield "by state: " + _listed(states)
    moments = Counter(str(hand.moment) for each in left for hand in each.values())
    hit = Counter(moment for each in left for moment in {str(hand.moment) for hand in each.values()})
    yield "rows in a victim's hand: " + _listed(moments) + "; kills that found some: " + _listed(hit)
    words = Counter(
        word
        for row in ledger
        for line in row["trace"]
        for word in ("found at the provider", "uncertain: ", "postponed: ", "receipt: delivered")
        if word in line
    )
    yield "in the rows' traces: " + _listed(words)


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{count} {what.strip(': ')}" for what, count in sorted(counted.items())) or "nothing"
