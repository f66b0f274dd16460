"""Airports are found by what people call them."""

import pytest

from flightagents import airports


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Heathrow", "LHR"),
        ("zürich", "ZRH"),
        ("ZURICH", "ZRH"),
        ("madrid barajas", "MAD"),
        ("john kenn", "JFK"),
    ],
)
def test_an_airport_is_found_by_words_of_its_name_or_city(text: str, code: str) -> None:
    assert code in [each.code for each in airports.find(text, 5)]


def test_those_of_the_city_itself_come_first() -> None:
    found = airports.find("paris", 30)
    cities = [each.city == "Paris" for each in found]
    assert cities == sorted(cities, reverse=True)
    assert "CDG" in [each.code for each in found]


def test_a_short_word_has_to_be_a_whole_one() -> None:
    assert "SFO" not in [each.code for each in airports.find("fra", 1000)]
    assert "SFO" in [each.code for each in airports.find("san francisco", 5)]


@pytest.mark.parametrize("text", ["", " ", "\0", "$ne", ".*", "<script>", "nowhere at all"])
def test_what_names_nothing_finds_nothing(text: str) -> None:
    assert airports.find(text, 5) == []


def test_an_airport_is_known_by_either_code() -> None:
    for code in ("LHR", "EGLL"):
        found = airports.airport(code)
        assert found is not None
        assert (found.name, found.zone) == ("London Heathrow Airport", "Europe/London")
    assert airports.airport("§§§") is None
