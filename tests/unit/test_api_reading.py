"""What programs ask for: read strictly, and refused with the field that is wrong."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from multidict import MultiDict

from flightagents.domain.changes import Kind
from flightagents.web.api.answers_bookings import BookingsTyped, Rebooking
from flightagents.web.api.asked import ChangesAsked
from flightagents.web.api.reading import read_query, wrong_fields
from flightagents.web.api.routes import RefusalError


def refused(query: list[tuple[str, str]]) -> RefusalError:
    with pytest.raises(RefusalError) as caught:
        read_query(MultiDict(query), ChangesAsked)
    return caught.value


def test_parameters_are_read_as_what_they_are() -> None:
    query = [("kind", "delayed"), ("kind", "cancelled"), ("limit", "3"), ("since", "2026-11-22T12:00:00Z")]
    asked = read_query(MultiDict(query), ChangesAsked)
    assert asked.kind == {Kind.DELAYED, Kind.CANCELLED}
    assert asked.limit == 3
    assert asked.since == datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_what_is_empty_is_not_asked_for() -> None:
    asked = read_query(MultiDict([("kind", ""), ("since", ""), ("limit", ""), ("flight", "")]), ChangesAsked)
    assert asked == ChangesAsked()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ([("kind", "delayed"), ("kind", "lost")], "kind.1"),
        ([("limit", "0")], "limit"),
        ([("limit", "501")], "limit"),
        ([("limit", "many")], "limit"),
        ([("limit", "1"), ("limit", "2")], "limit"),
        ([("since", "yesterday")], "since"),
        ([("since", "2026-11-22T12:00:00")], "since"),
        ([("flight", "x" * 201)], "flight"),
        ([("flight", "a\x00b")], "flight"),
        ([("flight", "\ud800")], "flight"),
        ([("flight[$ne]", "1")], "flight[$ne]"),
        ([("after", "x" * 2049)], "after"),
    ],
)
def test_a_wrong_parameter_is_refused_by_its_name(query: list[tuple[str, str]], field: str) -> None:
    exc = refused(query)
    assert (exc.status, exc.field) == (400, field)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ('{"reference": 1}', ["reference"]),
        ('{"refrence": "ABC"}', ["refrence"]),
        ('[{"segments": [{"flight": "BA117"}]}]', ["0.segments.0.flight"]),
        ('[{"segments": [{"designator": {"$ne": ""}}]}]', ["0.segments.0.designator"]),
        ("[]", [""]),
        ("7", [""]),
        (
            '[{"vip": 1}, {"name": 1, "segments": [{}, {"status": 2, "seat": 1}], "consents": {"fax": 1}}]',
            ["0.vip", "1.name", "1.consents", "1.segments.1.status", "1.segments.1.seat"],
        ),
    ],
)
def test_every_wrong_field_of_a_body_is_named_with_its_place(body: str, fields: list[str]) -> None:
    wanted: Any = BookingsTyped
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=wanted)
    assert [field for field, _ in wrong_fields(msgspec.json.decode(body), wanted)] == fields


def test_what_is_missing_is_named_too_and_each_says_what_it_should_be() -> None:
    found = dict(wrong_fields({"segment": "one", "new": {"ticketed": 1435}}, Rebooking))
    assert found == {
        "version": "it is missing",
        "segment": "Expected `int`, got `str`",
        "new.ticketed": "Expected `str | null`, got `int`",
    }
