"""How the staff page puts a flight: when it leaves, and how it stands."""

from flightagents.domain.bookings import Match
from flightagents.domain.travellers import Leg
from flightagents.web.staff.frame import environment
from tests.support.listed import listed
from tests.support.rows import row
from tests.support.travellers import segment


def test_a_cancelled_flight_has_no_new_departure_among_travellers() -> None:
    late = row(delay=95)
    off = listed(row(), late, late | {"flight_status": "cancelled"})
    assert off.departure.expected > off.departure.base
    parts = environment().get_template("staff/traveller_parts.html").module
    told = str(parts.leg_times(Leg(segment("BA117"), Match.SEEN, (off,))))  # type: ignore[attr-defined] - a macro
    assert "Sun 22 Nov 14:35" in told
    assert "<del>" not in told
