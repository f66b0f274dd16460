"""Codes that the feed spells in several ways."""

import pytest

from flightagents.domain import codes


@pytest.mark.parametrize(
    ("text", "designator"),
    [
        ("BA117", "BA117"),
        ("ba117", "BA117"),
        ("BA 117", "BA117"),
        ("BA-117", "BA117"),
        ("BA0117", "BA117"),
        ("U21", "U21"),
        ("6E1201", "6E1201"),
        ("3L15", "3L15"),
        ("D0793", "D0793"),
        ("BA117A", "BA117A"),
        ("BAW117", "BAW117"),
        ("UVT554", "UVT554"),
        ("BAW9PK", "BAW9PK"),
    ],
)
def test_a_designator_is_written_in_one_way(text: str, designator: str) -> None:
    assert codes.designator(text) == designator


@pytest.mark.parametrize(
    "text", [None, "", " ", "FR", "117", "BA", "BA0", "BA12345", "empty", "33117", "BÄ117", "BA1\uff11"]
)
def test_what_names_no_flight_is_no_designator(text: str | None) -> None:
    assert codes.designator(text) is None


@pytest.mark.parametrize(
    ("designator", "carrier"),
    [("BA117", "BA"), ("BAW117", "BAW"), ("U21", "U2"), ("6E1201", "6E"), ("D0793", "D0"), ("BA117A", "BA")],
)
def test_the_carrier_is_the_code_before_the_number(designator: str, carrier: str) -> None:
    assert codes.carrier(designator) == carrier


@pytest.mark.parametrize(
    ("iata", "icao", "airport"),
    [
        ("LHR", "EGLL", "LHR"),
        (" lhr ", None, "LHR"),
        (None, "EGLL", "EGLL"),
        ("", "egll", "EGLL"),
        ("?", "EGLL", "EGLL"),
        ("LONDON", None, None),
        (None, None, None),
    ],
)
def test_an_airport_is_named_by_iata_or_else_icao(
    iata: str | None, icao: str | None, airport: str | None
) -> None:
    assert codes.airport(iata, icao) == airport


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3", "3"),
        ("T3", "3"),
        ("Terminal 3", "3"),
        ("TERM 3", "T3"),
        ("t3", "3"),
        ("INTL", "I"),
        ("International", "INTL"),
        ("D", "Domestic"),
        ("TM", "M"),
        ("TB", "B"),
        ("T 2E", "2E"),
    ],
)
def test_two_spellings_of_one_terminal_are_the_same(one: str, other: str) -> None:
    assert codes.same_terminal(one, other)
    assert codes.same_terminal(other, one)


@pytest.mark.parametrize(("one", "other"), [("N", "2"), ("M", "1"), ("INTL", "T2"), ("A", "Terminal 1")])
def test_a_letter_against_a_number_is_no_evidence_of_another_terminal(one: str, other: str) -> None:
    assert codes.same_terminal(one, other)
    assert codes.same_terminal(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("3", "5"), ("T3", "T5"), ("A", "B"), ("INTL", "D"), ("2E", "2F"), ("1", "10")]
)
def test_other_numbers_and_other_letters_are_other_terminals(one: str, other: str) -> None:
    assert not codes.same_terminal(one, other)
    assert not codes.same_terminal(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A5", "A05"),
        ("5", "05"),
        ("3,4", "4"),
        ("3,4", "4/5"),
        ("Gate 12", "12"),
        ("B 7", "B7"),
        ("a5", "A5"),
        ("B-7", "B7"),
    ],
)
def test_gates_with_a_place_in_common_are_the_same(one: str, other: str) -> None:
    assert codes.same_place(one, other)
    assert codes.same_place(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("A5", "A50"), ("A5", "B5"), ("3,4", "5,6"), ("10", "1"), ("100", "1"), ("0", "A"), ("A5", "5")],
)
def test_gates_without_one_are_different(one: str, other: str) -> None:
    assert not codes.same_place(one, other)
    assert not codes.same_place(other, one)


@pytest.mark.parametrize("text", ["GATE", ",", "-", "0"])
def test_a_gate_of_nothing_but_noise_is_still_itself(text: str) -> None:
    assert codes.same_place(text, text)
    assert not codes.same_place(text, "A5")
