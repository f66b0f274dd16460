"""A CSV file of bookings, as agencies write it: the right lines are imported, the wrong ones are named."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from flightagents.domain.booking_preview import Refused
from flightagents.domain.bookings import Booking, Channel, Consent, Segment
from flightagents.errors import BookingFileError
from flightagents.handlers.booking_file import COLUMNS, BookingFile, read_bookings
from flightagents.settings import ConsentBasis
from tests.support.rows import NOON

HEADER = "reference,name,email,phone,language,channels,consent_email,consent_sms,protected,flights"
ANNA = "ABC123,Anna Müller,anna@example.com,+442079460000,de,,yes,no,yes,BA117 2026-11-22 LHR-JFK 14:35"
BEN = "XYZ789,Ben,ben@example.com,,,,1,,,BA118 2026-11-29"

GIVEN = Consent(source="import:file.csv", at=NOON)


def read(
    *lines: str, end: str = "\n", basis: ConsentBasis = ConsentBasis.EXPLICIT, encoding: str = "utf-8"
) -> BookingFile:
    return read_bookings(end.join(lines).encode(encoding), name="file.csv", basis=basis, now=NOON)


def one(*lines: str, basis: ConsentBasis = ConsentBasis.EXPLICIT) -> Booking:
    file = read(*lines, basis=basis)
    assert file.refused == []
    (booking,) = file.bookings
    return booking


def line(**cells: str) -> tuple[str, str]:
    """Give a file of one line, with these cells beside the ones that it needs."""
    cells = {"reference": "ABC123", "email": "anna@example.com", "flights": "BA117 2026-11-22", **cells}
    return ",".join(cells), ",".join(cells.values())


def refusal(**cells: str) -> str:
    """Give why a line is refused; there has to be a reason, and only one."""
    file = read(*line(**cells))
    assert file.bookings == []
    (refused,) = file.refused
    assert refused.line == 2
    return refused.reason


def test_a_line_becomes_a_booking() -> None:
    assert one(HEADER, ANNA) == Booking(
        id="ABC123|anna@example.com",
        reference="ABC123",
        name="Anna Müller",
        email="anna@example.com",
        phone="+442079460000",
        language="de",
        channels=(Channel.EMAIL, Channel.SMS),
        consents={Channel.EMAIL: GIVEN},
        protected=True,
        segments=(
            Segment(
                designator="BA117",
                flight_date=date(2026, 11, 22),
                departure="LHR",
                arrival="JFK",
                ticketed=datetime(2026, 11, 22, 14, 35),  # noqa: DTZ001 - a ticket shows the wall clock
            ),
        ),
    )


# How files are written


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_is_fine_also_at_the_end(end: str) -> None:
    assert len(read(HEADER, ANNA, BEN, end=end).bookings) == 2
    assert len(read(HEADER, ANNA, BEN, "", end=end).bookings) == 2


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    assert len(read(HEADER, ANNA, encoding="utf-8-sig").bookings) == 1


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_read_from_the_first_line(delimiter: str) -> None:
    file = read(HEADER.replace(",", delimiter), ANNA.replace(",", delimiter))
    assert [booking.name for booking in file.bookings] == ["Anna Müller"]


def test_a_delimiter_within_a_quoted_column_name_does_not_count() -> None:
    header = '"remarks, notes, and, more, of, them";reference;email;flights'
    file = read(header, "x;ABC123;anna@example.com;BA117 2026-11-22")
    assert len(file.bookings) == 1
    assert file.ignored_columns == ["remarks, notes, and, more, of, them"]


def test_quoted_fields_may_hold_delimiters_quotes_and_line_ends() -> None:
    quoted = '"ABC123","Müller, ""Anna""\nvan der Berg",anna@example.com,BA117 2026-11-22'
    file = read("reference,name,email,flights", quoted, "XYZ789,Ben,ben@example.com,nonsense")
    assert [booking.name for booking in file.bookings] == ['Müller, "Anna"\nvan der Berg']
    assert [refused.line for refused in file.refused] == [4]


def test_columns_come_in_any_order_and_case_and_unknown_ones_are_named() -> None:
    file = read("Flights,AGENT, Email ,reference,seat", "BA117 2026-11-22,Kim,anna@example.com,abc123,12A")
    assert [booking.id for booking in file.bookings] == ["ABC123|anna@example.com"]
    assert file.ignored_columns == ["agent", "seat"]


def test_spaces_around_a_cell_do_not_count() -> None:
    assert (
        one("reference , email,flights", " abc123 , anna@example.com , BA117 2026-11-22 ").reference
        == "ABC123"
    )


def test_empty_lines_are_passed_over() -> None:
    file = read("reference,email,flights", "", ",,", "ABC123,anna@example.com,BA117 2026-11-22", "", "  ")
    assert (len(file.bookings), file.refused) == (1, [])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no column reference and no column flights"),
        (b"\n\n", "no column reference and no column flights"),
        (ANNA.encode(), "no column reference and no column flights"),
        (b"reference,email\nABC123,anna@example.com", "no column flights"),
        (b"PK\x03\x04\x00\x01\xff\xfe", "not UTF-8"),
        (f"{HEADER}\n{ANNA}\n".encode() + "Müller".encode("latin-1"), "line 3 is not UTF-8"),
    ],
    ids=["empty", "empty lines", "no header", "no flights", "a spreadsheet", "latin-1"],
)
def test_a_file_that_cannot_be_read_at_all_says_why(content: bytes, words: str) -> None:
    with pytest.raises(BookingFileError, match=words) as refused:
        read_bookings(content, name="file.csv", basis=ConsentBasis.EXPLICIT, now=NOON)
    assert str(refused.value).startswith("file.csv: ")


def test_a_missing_column_is_told_with_the_names_of_all() -> None:
    with pytest.raises(BookingFileError) as refused:
        read("reference,email", "ABC123,anna@example.com")
    assert ", ".join(COLUMNS) in str(refused.value)


def test_a_file_with_a_header_alone_has_no_bookings() -> None:
    assert read(HEADER) == BookingFile()


# Lines that are wrong


def test_each_wrong_line_is_named_with_its_reason_and_the_rest_is_imported() -> None:
    file = read(
        "reference,email,flights",
        "ABC123,anna@example.com,BA117 2026-11-22",
        "ABC124,anna,BA117 2026-11-22",
        "ABC125,anna@example.com",
        ",anna@example.com,BA117 2026-11-22",
        "ABC126,ben@example.com,BA117 2026-11-22",
    )
    assert [booking.reference for booking in file.bookings] == ["ABC123", "ABC126"]
    assert [refused.line for refused in file.refused] == [3, 4, 5]
    assert file.refused[1:] == [
        Refused(4, "2 fields, but the first line names 3"),
        Refused(5, "reference is empty"),
    ]


def test_a_quote_that_nobody_closes_takes_no_other_line_along() -> None:
    file = read(
        "reference,name,email,flights",
        "ABC123,Anna,anna@example.com,BA117 2026-11-22",
        'ABC124,"Ben,ben@example.com,BA117 2026-11-22',
        "ABC125,Carl,carl@example.com,BA117 2026-11-22",
        'ABC126,"Dora",dora@example.com,BA117 2026-11-22',
    )
    assert [booking.reference for booking in file.bookings] == ["ABC123", "ABC125", "ABC126"]
    assert [refused.line for refused in file.refused] == [3]


def test_words_after_a_closed_quote_are_refused_with_their_line() -> None:
    file = read(
        "reference,name,email,flights",
        'ABC124,"Ben" Berg,ben@example.com,BA117 2026-11-22',
        "ABC125,Carl,carl@example.com,BA117 2026-11-22",
    )
    assert [booking.reference for booking in file.bookings] == ["ABC125"]
    assert [refused.line for refused in file.refused] == [2]


def test_a_broken_quote_at_the_end_of_a_large_file_is_found_in_time() -> None:
    lines = [f'R{number},"p{number}@example.com,BA117 2026-11-22' for number in range(0, 2000, 2)]
    good = [f"R{number},p{number}@example.com,BA117 2026-11-22" for number in range(1, 2000, 2)]
    file = read("reference,email,flights", *(each for pair in zip(lines, good, strict=True) for each in pair))
    assert len(file.bookings) + len(file.refused) == 2000
    assert {booking.reference for booking in file.bookings} == {f"R{n}" for n in range(1, 2000, 2)}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"email": ""}, "neither email nor phone"),
        ({"email": "anna"}, "email is no address"),
        ({"phone": "020 7946 0000"}, "write it with + and the country"),
        ({"language": "english"}, "language 'english'"),
        ({"channels": "fax"}, "channels 'fax': write email, sms or both"),
        ({"channels": "sms"}, "channels names sms, but there is no address for it"),
        ({"consent_email": "maybe"}, "consent_email 'maybe': write yes or no"),
        ({"protected": "x"}, "protected 'x'"),
        ({"flights": ""}, "begin with a flight number"),
        ({"flights": "117 2026-11-22"}, "begin with a flight number"),
        ({"flights": "BA117"}, "the number needs a date"),
        ({"flights": "BA117 22.11.2026"}, "the number needs a date"),
        ({"flights": "BA117 2026-02-30"}, "the number needs a date"),
        ({"flights": "BA117 2026-11-22 soon"}, "'soon' is no route (LHR-JFK) and no time (14:35)"),
        ({"flights": "BA117 2026-11-22 25:00"}, "'25:00' is no time of day"),
        ({"flights": "BA117 2026-11-22 14:35 14:40"}, "'14:40' is one word too many"),
        ({"flights": "BA117 2026-11-22 LHR-JFK JFK-MAD"}, "'JFK-MAD' is no route (LHR-JFK) and no time"),
        ({"flights": "BA117 2026-11-22 |"}, "begin with a flight number"),
    ],
)
def test_a_wrong_cell_is_refused_with_what_to_write(cells: dict[str, str], reason: str) -> None:
    assert reason in refusal(**cells)


def test_a_refusal_repeats_no_address() -> None:
    for cells in ({"email": "secret@"}, {"phone": "secret"}, {"email": "", "phone": "12 secret"}):
        assert "secret" not in refusal(**cells)


# What a line may say


def test_flights_are_separated_by_bars_with_route_and_time_where_they_are_known() -> None:
    text = (
        "BA117 2026-11-22 LHR-JFK 14:35 | ba 0118".replace("ba 0118", "ba0118 2026-11-29")
        + "|IB6 2026-12-01 9:05"
    )
    assert one(*line(flights=text)).segments == (
        Segment(
            designator="BA117",
            flight_date=date(2026, 11, 22),
            departure="LHR",
            arrival="JFK",
            ticketed=datetime(2026, 11, 22, 14, 35),  # noqa: DTZ001
        ),
        Segment(designator="BA118", flight_date=date(2026, 11, 29)),
        Segment(
            designator="IB6",
            flight_date=date(2026, 12, 1),
            ticketed=datetime(2026, 12, 1, 9, 5),  # noqa: DTZ001
        ),
    )


def test_routes_may_be_written_small_or_with_icao_codes() -> None:
    (segment,) = one(*line(flights="BAW117 2026-11-22 egll-kjfk")).segments
    assert (segment.designator, segment.departure, segment.arrival) == ("BAW117", "EGLL", "KJFK")


def test_the_contact_is_the_email_in_lower_case_else_the_phone() -> None:
    assert one(*line(email="Anna@Example.com")).id == "ABC123|anna@example.com"
    assert one(*line(email="", phone="+44 20 7946 0000")).id == "ABC123|+442079460000"


@pytest.mark.parametrize(
    ("channels", "wanted"),
    [
        ("", (Channel.EMAIL, Channel.SMS)),
        ("email", (Channel.EMAIL,)),
        ("SMS  email", (Channel.SMS, Channel.EMAIL)),
        ("sms sms", (Channel.SMS,)),
    ],
)
def test_channels_are_those_named_else_those_with_an_address(
    channels: str, wanted: tuple[Channel, ...]
) -> None:
    assert one(*line(phone="+442079460000", channels=channels)).channels == wanted


def test_without_a_phone_the_empty_channels_are_email_alone() -> None:
    assert one(*line(channels="")).channels == (Channel.EMAIL,)


@pytest.mark.parametrize("word", ["yes", "YES", "true", "True", "1"])
def test_consent_is_given_by_these_words(word: str) -> None:
    assert one(*line(consent_email=word)).consents == {Channel.EMAIL: GIVEN}


@pytest.mark.parametrize("word", ["no", "No", "false", "0", ""])
def test_consent_is_withheld_by_these_words_and_by_none(word: str) -> None:
    assert one(*line(consent_email=word)).consents == {}


def test_without_its_column_nobody_has_consented() -> None:
    assert one(*line()).consents == {}


def test_as_part_of_the_service_an_empty_consent_is_given_and_a_no_stays_one() -> None:
    service = Consent(source="service", at=NOON)
    both = line(phone="+442079460000", consent_email="", consent_sms="no")
    assert one(*both, basis=ConsentBasis.SERVICE).consents == {Channel.EMAIL: service}
    assert one(*line(), basis=ConsentBasis.SERVICE).consents == {Channel.EMAIL: service}
    given = one(*line(consent_email="yes"), basis=ConsentBasis.SERVICE)
    assert given.consents == {Channel.EMAIL: GIVEN}


def test_consent_without_an_address_is_none() -> None:
    assert one(*line(consent_sms="yes")).consents == {}


def test_the_time_of_a_consent_is_utc() -> None:
    local = datetime(2026, 11, 22, 13, tzinfo=timezone(timedelta(hours=1)))
    content = "\n".join(line(consent_email="yes")).encode()
    (booking,) = read_bookings(content, name="f", basis=ConsentBasis.EXPLICIT, now=local).bookings
    assert booking.consents[Channel.EMAIL].at.tzinfo is UTC


def test_a_later_line_of_the_same_key_follows_the_earlier_one() -> None:
    file = read("reference,email,name,flights", *["ABC123,anna@example.com,A,BA1 2026-11-22"] * 2)
    assert [booking.id for booking in file.bookings] == ["ABC123|anna@example.com"] * 2


@pytest.mark.parametrize(("word", "protected"), [("yes", True), ("no", False), ("", None)])
def test_whether_all_is_on_one_ticket_may_be_left_open(word: str, protected: bool | None) -> None:
    assert (
        one("reference,email,protected,flights", f"ABC123,anna@example.com,{word},BA117 2026-11-22").protected
        is protected
    )
