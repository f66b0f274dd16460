"""Looks at one part after the other, and says of each whether it is well, and else what to do.

No part that is broken, or hangs, keeps the others from being looked at.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import msgspec

from flightagents.domain.delivery import Misconfigured, Retry
from flightagents.domain.faults import Fault, Gravity, Problem
from flightagents.domain.polls import PollStanding
from flightagents.errors import AccessError, FlightagentsError

PATIENCE = timedelta(seconds=15)
"""For each part."""
_REACH = "Does it run, is its address right, and does it answer from here?"


class Verdict(StrEnum):
    """How a part is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part; `do` is empty where nothing has to be done."""

    check: str
    verdict: Verdict
    what: str
    do: str = ""


def written(finding: Finding, *, as_json: bool = False) -> str:
    """Write it on a line, and what to do on another; or as one JSON object."""
    if as_json:
        return msgspec.json.encode(finding).decode()
    do = f"\n{'':21}{finding.do}" if finding.do else ""
    return f"{finding.verdict:<8}{finding.check:<13}{finding.what}{do}"


_VERDICTS = {
    Gravity.CRITICAL: Verdict.FAILED,
    Gravity.WARNING: Verdict.WARNING,
    Gravity.NOTE: Verdict.WARNING,
}
Look = Callable[[], Awaitable[Sequence[Finding]]]


async def examine(looks: Mapping[str, Look], patience: timedelta = PATIENCE) -> list[Finding]:
    """Look at every part at once; the findings are in order. Never raises: what breaks a look is found."""
    found = await asyncio.gather(*(_look(check, look, patience) for check, look in looks.items()))
    return [finding for each in found for finding in each]


async def _look(check: str, look: Look, patience: timedelta) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(patience.total_seconds()):
            return await look()
    except TimeoutError:
        return [Finding(check, Verdict.FAILED, f"no answer within {patience.total_seconds():.0f} s", _REACH)]
    except AccessError as exc:
        return [Finding(check, Verdict.FAILED, exc.what, f"{exc.advice[0].upper()}{exc.advice[1:]}.")]
    except FlightagentsError as exc:  # whose texts say what to change, and hold no secret
        return [Finding(check, Verdict.FAILED, str(exc), "Change what it names.")]
    except Exception as exc:  # noqa: BLE001 - of any client; its text may hold an address or a key
        return [Finding(check, Verdict.FAILED, type(exc).__name__, _REACH)]


def of_channel(check: str, trouble: Misconfigured | Retry | None) -> Finding:
    """Say what it means whether a provider let us in."""
    match trouble:
        case None:
            return Finding(check, Verdict.OK, "the provider lets us in")
        case Misconfigured(reason):
            return Finding(check, Verdict.FAILED, reason, "Correct the setting and restart the workers.")
        case Retry(reason):
            return Finding(
                check, Verdict.FAILED, reason, "Is the address right, and does it answer from here?"
            )


def of_feed(check: str, poll: PollStanding | None) -> Finding:
    """Say what the last run tells of the feed: asking would cost a call."""
    if poll is None:
        return Finding(check, Verdict.WARNING, "nobody has polled yet", "Start a worker that has a key.")
    if poll.failures:
        what = f"the last {poll.failures} runs failed: {poll.report.end}"
        return Finding(check, Verdict.WARNING, what, "See what is said of the workers.")
    return Finding(check, Verdict.OK, f"run {poll.report.run} brought {poll.report.rows} rows")


OF_SIGHT = frozenset({Fault.FLIGHTS_BLIND, Fault.ANSWERS_DOUBTED})
"""Problems that a call which goes well does not disprove."""
OF_FEED = OF_SIGHT | frozenset(
    {
        Fault.NOTHING_POLLED,
        Fault.FEED_BLIND,
        Fault.KEY_REFUSED,
        Fault.QUERY_REFUSED,
        Fault.CALLS_SPENT,
    }
)
"""Problems of the feed, whoever noticed them."""
OF_PLAN = frozenset({Fault.CALLS_RUN_OUT})
"""Problems of the plan, which is looked at anew."""


def of_problems(check: str, problems: Iterable[Problem]) -> list[Finding]:
    """Turn problems into findings."""
    return [Finding(check, _VERDICTS[each.severity], each.what, each.do) for each in problems]
