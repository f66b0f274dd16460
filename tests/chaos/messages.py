"""What messages come to while senders are killed, mail servers hang up after DATA and Twilio fails: counted.

Three ways to know what arrived: a mailbox that can be asked, none at all, and a real Postfix whose reports
(DSN) come back. SMS have Twilio's list in each. `make chaos ARGS=--messages`, or tests/chaos/run.py --help.
"""

import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from flightagents.domain.bookings import Channel
from flightagents.sandbox.mailbox import MailFault
from flightagents.sandbox.twilio import SmsFault
from tests.chaos.account import Account, Arrived, account, figures, is_final
from tests.chaos.storm import Moment, Plan, Row, Storm
from tests.support.post import Post
from tests.support.postfix import CROWD, Postfix
from tests.support.sender import GRACE_SECONDS
from tests.support.senders import Hold

REPORT_WITHIN = timedelta(seconds=5)
"""How long Postfix's report may take until nobody can tell what became of an unanswered email."""

_MAIL = {MailFault.LOST: 0.08, MailFault.NO_ANSWER: 0.08}
_SMS = {
    SmsFault.ERROR_AFTER: 0.05,
    SmsFault.NO_ANSWER: 0.03,
    SmsFault.LOST: 0.03,
    SmsFault.ERROR_BEFORE: 0.02,
    SmsFault.RATE_LIMIT: 0.03,
}

Fault = TypeVar("Fault", MailFault, SmsFault)


class Witness(StrEnum):
    """Who can say whether an email arrived."""

    MAILBOX = "mailbox"
    NONE = "none"
    POSTFIX = "postfix"


@dataclass
class Luck:
    """Draws what goes wrong, about one time in six; its hooks stand where a provider answers."""

    post: Post
    hold: Hold
    seed: int
    drawn: Counter[str] = field(default_factory=Counter)

    def rule(self) -> None:
        """Decide from now on over all that the post does."""
        mail, sms = (random.Random(f"{what} {self.seed}") for what in ("mail", "sms"))
        mailbox, twilio, cutter = self.post.mailbox, self.post.twilio, self.post.cutter

        async def answer_mail() -> None:
            if cutter is None and (fault := self._draw("mail", mail, _MAIL)):
                mailbox.fail_next(fault)
            await self.hold()

        async def answer_sms() -> None:
            if fault := self._draw("SMS", sms, _SMS):
                twilio.fail_next(fault)
            await self.hold()

        def cut(row: str) -> MailFault | None:
            fault = self._draw("mail", mail, _MAIL)
            # Whose letter got no answer once is sent a second time, and never a third.
            is_last = fault is MailFault.LOST and cutter is not None and row in cutter.cut
            return MailFault.NO_ANSWER if is_last else fault

        twilio.before_answer = answer_sms
        if cutter is None:
            mailbox.before_answer = answer_mail
        else:
            cutter.before_answer, cutter.fault = answer_mail, cut

    def _draw(self, what: str, chance: random.Random, odds: Mapping[Fault, float]) -> Fault | None:
        drawn = chance.random()
        for fault, share in odds.items():
            drawn -= share
            if drawn < 0:
                self.drawn[f"{what} {fault.name}"] += 1
                return fault
        return None


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of one storm."""

    witness: Witness
    ledger: Sequence[Row]
    storm: Storm
    sum: Account
    drawn: Counter[str]
    seconds: float

    def wrong(self) -> list[str]:
        """Give what is wrong, in words; nothing where all is right."""
        return list(_wrong(self))

    def unhit(self) -> list[str]:
        """Give the moments at which no kill found a row, in words: of many kills some should find each."""
        hit = {hand.moment for each in self.storm.left for hand in each.values()}
        return [f"no kill found a row {moment}" for moment in Moment if moment not in hit]

    def lines(self) -> list[str]:
        """Give the account for people to read."""
        plan, found = self.storm.plan, self.sum
        head = (
            f"messages, witness {self.witness}, seed {plan.seed}: {len(self.ledger)} notifications, each "
            f"decided three times, {len(self.storm.left)} SIGKILLs, in {self.seconds:.0f} s"
        )
        counted = (
            f"  lost {len(found.lost)}, twice {len(found.twice)}, three times {len(found.too_often)}, "
            f"stray {len(found.strays)}, open {len(found.open)}, told nobody {len(found.untold)}; "
            f"maybe twice {len(found.maybe_twice)} (and are: {len(found.are_twice)}); emails without an "
            f"answer {len(found.unanswered)}, cut off twice and never sent a third time {len(found.given_up)}"
        )
        return [
            head,
            "  drawn: " + ", ".join(f"{count} {what}" for what, count in sorted(self.drawn.items())),
            *(f"  {line}" for line in figures(self.ledger, self.storm.left)),
            counted,
            *(f"  maybe twice: {key}" for key in sorted(found.maybe_twice)),
        ]


def prove(
    witness: Witness, mongodb: str, folder: Path, *, seed: int, people: int, kills: int, senders: int = 2
) -> Proof:
    """Send to so many people, kill so often, and give the account."""
    began = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    with _post(witness) as (post, postfix):
        domain = CROWD if postfix else "example.com"
        plan = Plan(seed, people, kills, domain, senders)
        phones = {each.id: each.phone for each in plan.travellers()}
        arrived = Arrived(post, phones, postfix)
        hold = Hold()
        luck = Luck(post, hold, seed)
        luck.rule()
        settings, environment = post.settings(), {}
        if witness is Witness.MAILBOX:
            environment = post.environment()
        elif postfix is not None:
            environment = {GRACE_SECONDS: str(REPORT_WITHIN.total_seconds())}
            settings["BOUNCES"] = f"maildir:{postfix.maildir('alerts')}"
        storm = Storm(mongodb, folder, plan, hold, settings, environment, arrived.has)
        ledger = storm.run(_is_over(postfix))
        cut = post.cutter.cut if post.cutter else {}
        found = account(ledger, arrived.copies(ledger), cut, storm.left)
        return Proof(witness, ledger, storm, found, luck.drawn, time.monotonic() - began)


@contextlib.contextmanager
def _post(witness: Witness) -> Iterator[tuple[Post, Postfix | None]]:
    with contextlib.ExitStack() as stack:
        postfix = None
        if witness is Witness.POSTFIX:
            postfix = Postfix()
            stack.callback(postfix.stop)
        server = (postfix.host, postfix.port) if postfix else None
        yield stack.enter_context(Post(cut=witness is not Witness.MAILBOX, mail_server=server)), postfix


def _is_over(postfix: Postfix | None) -> Callable[[Sequence[Row]], bool]:
    def is_over(ledger: Sequence[Row]) -> bool:
        silent = postfix is None or (postfix.idle and not any((postfix.maildir("alerts") / "new").iterdir()))
        return silent and all(map(is_final, ledger))

    return is_over


def _wrong(proof: Proof) -> Iterator[str]:
    found, storm = proof.sum, proof.storm
    figures_of = {
        "lost": found.lost,
        "twice": found.twice,
        "three times": found.too_often,
        "stray": found.strays,
        "open": found.open,
        "told nobody": found.untold,
    }
    match proof.witness:
        case Witness.MAILBOX:
            figures_of["maybe twice although there is evidence"] = found.maybe_twice
        case Witness.NONE:
            figures_of["maybe twice without a cause"] = found.maybe_twice - found.unanswered
            figures_of["not counted as maybe twice"] = found.unanswered - found.maybe_twice
        case Witness.POSTFIX:
            figures_of["maybe twice without a cause"] = found.maybe_twice - found.unanswered
            emails = {row["_id"] for row in proof.ledger if row["channel"] == Channel.EMAIL.value}
            figures_of["reported, and not delivered"] = found.unreported & emails
    for what, keys in figures_of.items():
        if keys:
            yield f"{len(keys)} {what}: {sorted(keys)[:5]}"
    if len(proof.ledger) != 2 * storm.plan.people:
        yield f"{len(proof.ledger)} rows for {storm.plan.people} people"
    if storm.fell:
        yield f"senders ended by themselves: {storm.fell}"
    if storm.late:
        yield f"{storm.late} kills came when all was sent"
