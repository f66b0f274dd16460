"""Airlines are named as the feed names them, and only what is new is written."""

from typing import Any

import pytest

from flightagents.domain.airlines import Airline
from flightagents.handlers.airline_book import LONGEST, AirlineBook
from tests.support.airlines import BRITISH, JETBLUE, FakeAirlineNames
from tests.support.rows import parsed, row


class Desk:
    def __init__(self) -> None:
        self.names = FakeAirlineNames()
        self.book = AirlineBook(self.names)

    async def sees(self, *rows: dict[str, Any]) -> None:
        for each in rows:
            self.book.note(parsed(each))
        await self.book.keep()


def flown(designator: str, name: str | None, icao: str | None) -> dict[str, Any]:
    return row(designator, airline={"name": name, "iata": designator[:2], "icao": icao})


async def test_a_name_is_learned_once_with_both_codes() -> None:
    desk = Desk()
    for _ in range(3):
        await desk.sees(
            flown("BA117", " British  Airways\r\n", "baw"), flown("B6615", "JetBlue Airways", "JBU")
        )
    assert desk.names.writes == [BRITISH, JETBLUE]
    assert desk.book.airlines.name("B6") == "JetBlue Airways"


async def test_another_name_is_learned_and_a_missing_code_forgets_none() -> None:
    desk = Desk()
    await desk.sees(flown("BA117", "British Airways", "BAW"), flown("BA9", "British Airways", None))
    await desk.sees(flown("BA117", "British & Irish", None))
    assert desk.names.writes == [BRITISH, Airline(code="BA", name="British & Irish", icao="BAW")]


@pytest.mark.parametrize("name", [None, "", " ", "empty", "Empty", "\u202eevil", "x" * (LONGEST + 1), "a\0b"])
async def test_what_is_no_name_is_not_learned(name: str | None) -> None:
    desk = Desk()
    await desk.sees(flown("BA117", name, "BAW"))
    assert desk.names.writes == []


async def test_what_others_have_learned_is_known_and_not_written_again() -> None:
    one = Desk()
    await one.sees(flown("BA117", "British Airways", "BAW"))
    other = Desk()
    other.names.kept = one.names.kept
    await other.book.renew()
    await other.sees(flown("BA117", "British Airways", "BAW"))
    assert other.book.airlines.name("BA") == "British Airways"
    assert other.names.writes == []
