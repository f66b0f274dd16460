"""How fresh a flight or the feed is, in words for staff: why, and what a person can do."""

from flightagents.domain.freshness import Cause, Sight

SIGHTS = {Sight.FRESH: "fresh", Sight.STALE: "stale", Sight.BLIND: "blind"}

WHY = {
    Cause.OUTAGE: "AviationStack does not answer",
    Cause.EMPTY_ANSWERS: "AviationStack's answers cannot be believed",
    Cause.CALLS_SPENT: "this month's calls are spent",
    Cause.KEY_REFUSED: "AviationStack refuses our key",
    Cause.QUERY_REFUSED: "AviationStack refuses the query",
    Cause.NOT_IN_FEED_YET: "not shown by the feed so far",
    Cause.VANISHED: "shown by the feed no more",
    Cause.PLAN_TOO_SMALL: "the plan's calls do not reach to look more often",
    Cause.NOT_ASKED: "the poller does not ask",
}

DO = {
    Cause.OUTAGE: "It is asked again by itself: see AviationStack's status page if it lasts.",
    Cause.EMPTY_ANSWERS: "It is asked again by itself: see AviationStack's status page if it lasts.",
    Cause.CALLS_SPENT: "Buy a larger plan and set FLIGHTAGENTS_AVIATIONSTACK_PLAN, or wait for the first of "
    "the month.",
    Cause.KEY_REFUSED: "Check FLIGHTAGENTS_AVIATIONSTACK_KEY and FLIGHTAGENTS_AVIATIONSTACK_PLAN against the "
    "account, and restart the workers.",
    Cause.QUERY_REFUSED: "Correct FLIGHTAGENTS_POLL_QUERIES, or the number of the booking.",
    Cause.NOT_IN_FEED_YET: "Is the number in the booking right?",
    Cause.VANISHED: "Ask the airline, or look at the airport's screens.",
    Cause.PLAN_TOO_SMALL: "Buy a larger plan, or look at the airport's screens.",
    Cause.NOT_ASKED: "See whether a worker leads and has a key, and look at its log.",
}
