"""The travellers of a simulated day: their file is the same for the same seed, and not all read English."""

import csv
import io
from collections import Counter
from datetime import datetime, time

import pytest

from flightagents.notify.dates import STYLES
from flightagents.notify.texts import texts
from flightagents.sandbox.day import DEFAULT_DAY, NEW_YORK, flights_of
from flightagents.sandbox.passengers import bookings_csv

START = datetime.combine(DEFAULT_DAY, time(9), NEW_YORK)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_most_read_english_and_some_each_other_language(seed: int) -> None:
    file = bookings_csv(flights_of(), START, seed)
    assert file == bookings_csv(flights_of(), START, seed)
    asked = Counter(row["language"] for row in csv.DictReader(io.StringIO(file.decode())))
    assert asked["en"] * 2 > asked.total()
    assert {texts(language).language for language in asked} == set(STYLES)
    assert [language for language in asked if texts(language).missing] == ["is"]
