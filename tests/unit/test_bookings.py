"""Which flights a segment of a ticket means."""

from datetime import date

import pytest

from flightagents.domain.bookings import Channel, Match, is_same_person, match
from tests.support.messages import ANNA, ANNAS_PHONE
from tests.support.travellers import booking, segment

OUT = "BA117|2026-11-22|LHR|JFK"
ON = "BA117|2026-11-22|JFK|MAD"
BEYOND = "BA117|2026-11-22|MAD|AKL"
BACK = "BA117|2026-11-22|JFK|LHR"


@pytest.mark.parametrize(
    ("route", "flights", "found", "means"),
    [
        (None, [], Match.NOT_YET, ()),
        (None, [OUT], Match.SEEN, (OUT,)),
        (None, [OUT, ON], Match.AMBIGUOUS, ()),
        ("LHR-JFK", [], Match.NOT_YET, ()),
        ("LHR-JFK", [OUT, ON], Match.SEEN, (OUT,)),
        ("JFK-MAD", [OUT, ON], Match.SEEN, (ON,)),
        ("LHR-MAD", [OUT, ON], Match.SEEN, (OUT, ON)),
        ("LHR-AKL", [BEYOND, ON, OUT], Match.SEEN, (OUT, ON, BEYOND)),
        ("LHR-AKL", [OUT, ON], Match.NOT_YET, ()),
        ("MAD-LHR", [OUT, ON], Match.NOT_YET, ()),
        ("LHR-JFK", [OUT, BACK], Match.SEEN, (OUT,)),
        ("LHR-MAD", [OUT, BACK, ON], Match.SEEN, (OUT, ON)),
        ("LHR-LHR", [OUT, BACK], Match.SEEN, (OUT, BACK)),
    ],
    ids=[
        "nothing in the feed",
        "the only one",
        "two, and no route",
        "nothing with a route",
        "the first leg",
        "the second leg",
        "a through ticket",
        "a through ticket over two stops",
        "the last leg is not in the feed yet",
        "against the direction",
        "out and back under one number",
        "a through ticket beside a way back",
        "a round trip",
    ],
)
def test_a_segment_means_these_flights(
    route: str | None, flights: list[str], found: Match, means: tuple[str, ...]
) -> None:
    departure, arrival = route.split("-") if route else (None, None)
    assert match(segment(departure=departure, arrival=arrival), flights) == (found, means)


def test_the_direct_flight_is_meant_where_there_is_one() -> None:
    direct = "BA117|2026-11-22|LHR|MAD"
    wanted = segment(departure="LHR", arrival="MAD")
    assert match(wanted, [OUT, ON, direct]) == (Match.SEEN, (direct,))


def test_a_route_with_one_end_alone_is_no_route() -> None:
    assert match(segment(departure="LHR"), [OUT, ON]) == (Match.AMBIGUOUS, ())


def test_number_date_and_route_make_a_segment_the_same() -> None:
    assert segment().key == segment().key
    others = [
        segment("BA118"),
        segment(flight_date=date(2026, 11, 23)),
        segment(departure="LHR", arrival="JFK"),
    ]
    assert len({segment().key, *(other.key for other in others)}) == 4


def test_each_channel_has_its_address() -> None:
    anna = booking(phone=ANNAS_PHONE)
    assert (anna.address(Channel.EMAIL), anna.address(Channel.SMS)) == (ANNA, ANNAS_PHONE)
    assert booking().address(Channel.SMS) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Anna Müller", "Anna Müller", True),
        ("MÜLLER/ANNA MRS", "Anna Müller", True),
        ("Mueller/Anna", "anna müller", True),
        ("Anna Müller", "", True),
        ("Anna Müller", "Ben Okafor", False),
        ("MR A KOCH", "MR A WEISS", False),
    ],
)
def test_a_word_in_common_makes_two_names_at_one_address_one_person(one: str, other: str, same: bool) -> None:
    assert is_same_person(booking(name=one), booking(name=other)) is same
