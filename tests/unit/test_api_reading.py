"""What programs ask for: read strictly, and refused with the field that is wrong."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from multidict import MultiDict

from flightagents.domain.changes import Kind
from flightagents.web.api.answers_bookings import BookingsTyped
from flightagents.web.api.asked import ChangesAsked
from flightagents.web.api.reading import read_query, refusal_of
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
    ("body", "field"),
    [
        ('{"reference": 1}', "reference"),
        ('{"refrence": "ABC"}', "refrence"),
        ('[{"segments": [{"flight": "BA117"}]}]', "0.segments.0.flight"),
        ('[{"segments": [{"designator": {"$ne": ""}}]}]', "0.segments.0.designator"),
        ("[]", None),
    ],
)
def test_a_wrong_field_of_a_body_is_named_with_its_place(body: str, field: str | None) -> None:
    wanted: Any = BookingsTyped
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(body, type=wanted)
    exc = refusal_of(caught.value)
    if field and field.startswith("0."):
        assert exc.field is not None
        assert exc.field.endswith(field.removeprefix("0."))
    else:
        assert exc.field == field
