"""How the staff page puts a flight: when it leaves, and how it stands."""

from flightagents.domain.bookings import Match
from flightagents.domain.travellers import Leg
from flightagents.web.staff import traveller_words, words
from flightagents.web.staff.frame import environment
from tests.support.listed import listed
from tests.support.rows import MINUTE, row
from tests.support.travellers import segment


def test_a_cancelled_flight_has_no_new_departure_among_travellers() -> None:
    late = row(delay=95)
    off = listed(row(), late, late | {"flight_status": "cancelled"})
    assert off.departure.expected > off.departure.base
    written = '{% from "staff/traveller_parts.html" import leg_times %}{{ leg_times(leg) }}'
    told = environment().from_string(written).render(leg=Leg(segment("BA117"), Match.SEEN, (off,)))
    assert "Sun 22 Nov 14:35" in told
    assert "<del>" not in told


def test_a_flight_that_should_have_left_without_a_word_is_not_as_planned() -> None:
    flight = listed(row())
    for minutes, look, told, standing in ((0, "good", "scheduled", "on time"), (1, "", "no news", "no news")):
        now = flight.departure.expected + minutes * MINUTE
        assert words.tone(flight, now) == look
        assert told in words.trouble(flight, now, "Europe/London")
        badge = traveller_words.standing(Leg(segment("BA117"), Match.SEEN, (flight,)), now, "Europe/London")
        assert (badge.look, standing in badge.word) == (look, True)
    assert ">12:01</time>" in words.trouble(flight, now, "Europe/London")


def test_what_is_in_the_air_is_not_missed() -> None:
    flight = listed(row(), row(took_off="14:40", status="active"))
    assert words.trouble(flight, flight.departure.expected + 20 * MINUTE, "UTC") == "in the air"
