"""What is wrong with the system, in words of whoever operates it, each with what a person can do.

Pure: health.py gives the facts, each check looks at one thing, and the gravest come first. Here those of the
feed and of the messages; ailing_workers.py has those of the workers and their partitions.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flightagents.domain.ailing_sight import CHECKS as OF_SIGHT
from flightagents.domain.ailing_workers import CHECKS as OF_WORKERS
from flightagents.domain.call_plan import cannot_serve
from flightagents.domain.faults import Fault, Gravity, Problem
from flightagents.domain.health import COUNTED, Facts, calls_of
from flightagents.domain.plans import Plan
from flightagents.domain.polls import FAILED, PollEnd, PollStanding
from flightagents.domain.vital_signs import ChannelState

SOME_FAILURES = 3
BLIND_AFTER = timedelta(seconds=90)
"""Real time for which so many runs have failed."""
BLIND_LONG = timedelta(minutes=3)
"""Real time for which any have."""
POLLER_SILENT = timedelta(minutes=5)
"""Real time without a plan. One is made each half minute, but for a run that is tried in vain."""
WAITS_TOO_LONG = timedelta(minutes=2)
"""A row that is due leaves within a second; a storm of thousands within a minute."""
MANY_LETTERS = 10
FALLEN_BEHIND = timedelta(minutes=10)


def nothing_polled(facts: Facts) -> Iterator[Problem]:
    """There is no key."""
    if facts.live and not any(worker.signs.identity.polls for worker in facts.live):
        yield Problem(
            Fault.NOTHING_POLLED,
            Gravity.WARNING,
            "Nothing is polled: no worker has a key of AviationStack.",
            "Set FLIGHTAGENTS_AVIATIONSTACK_KEY and restart the workers.",
        )


def feed_blind(facts: Facts) -> Iterator[Problem]:
    """We do not see the flights any more."""
    polls = any(worker.signs.identity.polls for worker in facts.live)
    end = facts.poll.report.end if facts.poll else PollEnd.DONE
    if not polls or end in (PollEnd.REFUSED, PollEnd.MONTH_SPENT):  # told of by themselves
        return
    planned_at = facts.planned_at or min(worker.started_at for worker in facts.live)
    if facts.now - planned_at > POLLER_SILENT:
        what = "The feed is blind: nobody has planned what to ask of it."
        do = "See whether a worker leads, and look at its log; then restart it."
        since: datetime | None = planned_at
    elif facts.poll and end in FAILED and _is_long(facts.poll, facts.now):
        answer = "asks us to slow down" if end is PollEnd.TOO_FAST else "does not answer"
        what = f"The feed is blind: AviationStack {answer}; {facts.poll.failures} runs in a row failed."
        do = (
            "Travellers hear nothing new meanwhile, and flights keep their last known times. Nothing has to "
            "be restarted: polling goes on by itself. See AviationStack's status page, and whether the "
            "workers reach the internet."
        )
        since = facts.poll.failing_since
    else:
        return
    yield Problem(Fault.FEED_BLIND, Gravity.CRITICAL, what, do, since)


def _is_long(poll: PollStanding, now: datetime) -> bool:
    """One failed run is no blindness, unless the feed wants to be left alone for long."""
    lasts = now - poll.failing_since if poll.failing_since else timedelta()
    return lasts > BLIND_LONG or (lasts > BLIND_AFTER and poll.failures >= SOME_FAILURES)


def refused(facts: Facts) -> Iterator[Problem]:
    """AviationStack does not take our key, or a query."""
    if facts.poll is None:
        return
    report = facts.poll.report
    named = f" ({report.code})" if report.code else ""
    if report.end is PollEnd.REFUSED:
        yield Problem(
            Fault.KEY_REFUSED,
            Gravity.CRITICAL,
            f"AviationStack refuses us{named}: nothing is polled.",
            "Check FLIGHTAGENTS_AVIATIONSTACK_KEY and FLIGHTAGENTS_AVIATIONSTACK_PLAN against the account, "
            "and restart the workers; without that it is tried again within an hour.",
            facts.poll.failing_since,
        )
    elif report.end is PollEnd.QUERY_REFUSED:
        yield Problem(
            Fault.QUERY_REFUSED,
            Gravity.WARNING,
            f"AviationStack refuses a query{named}: its flights are not seen.",
            "Correct FLIGHTAGENTS_POLL_QUERIES, or set FLIGHTAGENTS_AVIATIONSTACK_PLAN to the key's plan; "
            "the leader's log names the query. It is tried again within an hour.",
            facts.poll.noted_at,
        )


def calls(facts: Facts) -> Iterator[Problem]:
    """This month's calls do not last."""
    made = calls_of(facts)
    spent = facts.poll is not None and facts.poll.report.end is PollEnd.MONTH_SPENT
    if spent or made.left == 0:
        yield Problem(
            Fault.CALLS_SPENT,
            Gravity.CRITICAL,
            f"This month's calls of AviationStack are spent: {made.made:,} were made.",
            "Buy a larger plan and set FLIGHTAGENTS_AVIATIONSTACK_PLAN, or wait for the first of the month.",
            facts.poll.failing_since if spent and facts.poll else None,
        )
    elif facts.plan is not None and (too_few := cannot_serve(facts.plan.forecast, Plan(facts.budget.plan))):
        yield Problem(
            Fault.CALLS_RUN_OUT,
            Gravity.WARNING,
            f"{too_few}.",
            "Set FLIGHTAGENTS_AVIATIONSTACK_PLAN once a larger plan is bought; `flightagents budget` shows "
            "how the calls go.",
        )
    elif facts.plan is not None and (until := facts.plan.queries_last_until) is not None:
        asked = "they are asked more rarely" if facts.plan.queries_every else "none is asked"
        yield Problem(
            Fault.CALLS_RUN_OUT,
            Gravity.NOTE,
            f"Asked at their interval, the queries of the settings would use up this month's calls by "
            f"{until:%d %B}: {asked}.",
            "Raise FLIGHTAGENTS_POLL_INTERVAL, lower FLIGHTAGENTS_POLL_MAX_PAGES, or buy a larger plan.",
        )


def channels(facts: Facts) -> Iterator[Problem]:
    """Messages cannot leave."""
    told = set()
    for worker in facts.live:
        for each in worker.signs.channels:
            if each.state is ChannelState.STOPPED and (each.channel, each.reason) not in told:
                told.add((each.channel, each.reason))
                yield Problem(
                    Fault.CHANNEL_STOPPED,
                    Gravity.CRITICAL,
                    f"Nothing leaves by {each.channel}: {each.reason}.",
                    "Correct the setting and restart the workers. What waits is sent then, unless it is too "
                    "late; one message a minute is tried meanwhile.",
                )
    states = {each.state for worker in facts.live for each in worker.signs.channels}
    if states == {ChannelState.NOT_SET}:
        yield Problem(
            Fault.NO_CHANNEL,
            Gravity.CRITICAL,
            "No channel is set: nobody can be told of anything.",
            "Set FLIGHTAGENTS_SMTP_HOST and FLIGHTAGENTS_MAIL_FROM for email, or Twilio's settings for SMS.",
        )


def mode(facts: Facts) -> Iterator[Problem]:
    """Nothing is sent, as it was set."""
    modes = {worker.signs.identity.delivery for worker in facts.live}
    if "shadow" in modes:
        yield Problem(
            Fault.SHADOW,
            Gravity.NOTE,
            "Shadow mode is on: messages are decided and shown, and none is sent.",
            "When what is shown is right, set FLIGHTAGENTS_DELIVERY=live and restart the workers.",
        )
    if "off" in modes:
        yield Problem(
            Fault.DELIVERY_OFF,
            Gravity.WARNING,
            "Delivery is off: all messages wait, and those that wait too long are never sent.",
            "Set FLIGHTAGENTS_DELIVERY=live, or shadow to only look, and restart the workers.",
        )


def ledger_stuck(facts: Facts) -> Iterator[Problem]:
    """Messages wait that should have left."""
    oldest = facts.backlog.oldest
    live = any(worker.signs.identity.delivery == "live" for worker in facts.live)
    if oldest is None or not live:
        return
    waited = (facts.business_now - oldest) / facts.speed
    if waited > WAITS_TOO_LONG:
        yield Problem(
            Fault.LEDGER_STUCK,
            Gravity.CRITICAL if waited > FALLEN_BEHIND else Gravity.WARNING,
            f"{_counted(facts.backlog.due)} messages are due and do not leave.",
            "If a channel has stopped, see to that. Else the provider is slow or away: see its status page; "
            "after ten minutes another channel is tried, and then a task asks you to call.",
            facts.now - waited,
        )


def dead_letters_rise(facts: Facts) -> Iterator[Problem]:
    """More rows are unreadable than before."""
    letters = facts.letters
    if letters.last_hour >= MANY_LETTERS and letters.last_hour > 2 * letters.hour_before:
        yield Problem(
            Fault.DEAD_LETTERS_RISE,
            Gravity.WARNING,
            f"Dead letters rise: {_counted(letters.last_hour)} rows of the last hour cannot be read, "
            f"{_counted(letters.hour_before)} in the hour before.",
            "Look at their reasons under dead letters: mostly the feed has changed its format.",
        )


def _counted(number: int) -> str:
    return f"{number:,}" if number < COUNTED else f"{COUNTED:,} or more"


CHECKS = (
    *OF_WORKERS,
    *OF_SIGHT,
    nothing_polled,
    feed_blind,
    refused,
    calls,
    channels,
    mode,
    ledger_stuck,
    dead_letters_rise,
)


def problems_of(facts: Facts) -> list[Problem]:
    """Find what is wrong, the gravest first."""
    order = list(Gravity)
    found = [problem for check in CHECKS for problem in check(facts)]
    return sorted(found, key=lambda problem: order.index(problem.severity))
