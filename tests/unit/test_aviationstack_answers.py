"""The table of answers in AviationStack's words, row by row, and the oddities between the rows."""

import contextlib
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightagents.aviationstack.answers import Page, read_answer
from flightagents.errors import (
    FeedMonthSpentError,
    FeedOutageError,
    FeedRateLimitError,
    FeedRefusedError,
    FlightagentsError,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def read(answer: object, status: int = 200, retry_after: str | None = None) -> Page:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return read_answer(status, retry_after, body, now=NOW)


def error(code: object, message: str = "Something.", **more: object) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, **more}}


def refusal(answer: object, status: int) -> FeedRefusedError:
    with pytest.raises(FeedRefusedError) as caught:
        read(answer, status)
    return caught.value


def outage(answer: object, status: int = 200) -> str:
    with pytest.raises(FeedOutageError) as caught:
        read(answer, status)
    assert caught.value.__context__ is None
    return str(caught.value)


def wait(retry_after: str | None, status: int = 429) -> timedelta:
    with pytest.raises(FeedRateLimitError) as caught:
        read(error("rate_limit_reached"), status, retry_after)
    return caught.value.retry_after


# Pages


def test_a_page_gives_its_rows_and_figures() -> None:
    answer = {"pagination": {"limit": 100, "offset": 200, "count": 2, "total": 202}, "data": [{"a": 1}, {}]}
    assert read(answer) == Page([{"a": 1}, {}], limit=100, offset=200, count=2, total=202)


def test_an_empty_answer_is_a_page_without_rows() -> None:
    assert read({"pagination": {"limit": 100, "offset": 0, "count": 0, "total": 0}, "data": []}).rows == []


@pytest.mark.parametrize(
    "pagination", [None, [], "x", {}, {"limit": None, "offset": "0", "count": True, "total": -1}]
)
def test_pagination_may_be_missing_or_odd(pagination: object) -> None:
    assert read({"pagination": pagination, "data": [1]}) == Page([1])
    assert read({"data": [1]}) == Page([1])


def test_a_row_may_be_anything() -> None:
    assert read({"data": [None, "x", 3, [], {"flight": None}]}).rows == [None, "x", 3, [], {"flight": None}]


@pytest.mark.parametrize("nothing", [None, False, [], {}, ""])
def test_an_error_field_that_says_nothing_is_no_error(nothing: object) -> None:
    assert read({"error": nothing, "data": []}) == Page([])


# The table of answers


@pytest.mark.parametrize("status", [200, 401])
@pytest.mark.parametrize("code", ["invalid_access_key", "missing_access_key", "inactive_user"])
def test_a_refused_key_stops_polling_and_names_the_setting(code: str, status: int) -> None:
    refused = refusal(error(code), status)
    assert refused.code == code
    assert not refused.query_only
    assert "FLIGHTAGENTS_AVIATIONSTACK_KEY" in refused.advice


@pytest.mark.parametrize(
    ("code", "setting"),
    [
        ("function_access_restricted", "FLIGHTAGENTS_POLL_QUERIES"),
        ("function_access_restricted", "FLIGHTAGENTS_AVIATIONSTACK_PLAN"),
    ],
)
def test_what_the_plan_forbids_stops_that_query_and_says_what_to_change(code: str, setting: str) -> None:
    refused = refusal(error(code), 403)
    assert refused.query_only
    assert setting in refused.advice


def test_a_plan_without_https_stops_everything_and_says_what_to_change() -> None:
    refused = refusal(error("https_access_restricted"), 403)
    assert not refused.query_only
    assert "FLIGHTAGENTS_AVIATIONSTACK_URL to http://" in refused.advice


@pytest.mark.parametrize("status", [200, 429])
def test_too_fast_waits_at_least_a_minute(status: int) -> None:
    assert wait(None, status) == timedelta(seconds=60)


@pytest.mark.parametrize("status", [200, 429])
def test_a_spent_month_is_told_apart_from_too_fast(status: int) -> None:
    with pytest.raises(FeedMonthSpentError, match="month"):
        read(error("usage_limit_reached"), status)


def test_a_wrong_path_is_our_configuration() -> None:
    refused = refusal(error("invalid_api_function"), 404)
    assert not refused.query_only
    assert "FLIGHTAGENTS_AVIATIONSTACK_URL" in refused.advice


@pytest.mark.parametrize("status", [200, 400, 422])
def test_a_wrong_parameter_is_named(status: int) -> None:
    context = {"flight_date": [{"key": "invalid_flight_date", "message": "Must be a date."}]}
    refused = refusal(error("validation_error", context=context), status)
    assert refused.query_only
    assert "flight_date: Must be a date." in refused.advice
    assert "FLIGHTAGENTS_POLL_QUERIES" in refused.advice


def test_a_page_size_beyond_the_plan_points_at_the_plan() -> None:
    refused = refusal(error("validation_error", context={"limit": [{"message": "At most 100."}]}), 400)
    assert "FLIGHTAGENTS_AVIATIONSTACK_PLAN" in refused.advice


@pytest.mark.parametrize("context", [None, [], {}, "x"])
def test_a_wrong_parameter_without_context_quotes_the_sentence(context: object) -> None:
    assert "Bad dep_iata." in refusal(error("validation_error", "Bad dep_iata.", context=context), 400).advice


@pytest.mark.parametrize("found", [[], "not allowed", {"message": 1}, [None]])
def test_a_context_of_another_shape_still_names_the_parameter(found: object) -> None:
    assert "arr_iata" in refusal(error("validation_error", context={"arr_iata": found}), 400).advice


@pytest.mark.parametrize("status", [200, 500, 502, 503, 504])
def test_an_internal_error_is_an_outage(status: int) -> None:
    assert f"HTTP {status}" in outage(error("internal_error"), status)


@pytest.mark.parametrize("status", [200, 400, 403, 404, 500])
def test_a_whole_exception_text_as_code_is_an_outage(status: int) -> None:
    text = "Argument 1 passed to App\\Db::fetch() must be an instance of X, called in /opt/a.php on line 7"
    assert "Argument 1 passed" in outage(error(text, text), status)


@pytest.mark.parametrize("status", [200, 401, 403, 404, 500, 502])
@pytest.mark.parametrize(
    "body", [b"<html><h1>502 Bad Gateway</h1></html>", b"", b'{"data": [{"flight_', b"["]
)
def test_what_is_not_json_is_an_outage(body: bytes, status: int) -> None:
    assert "not JSON" in outage(body, status)


@pytest.mark.parametrize("answer", [[], None, "x", 7, {}, {"data": None}, {"data": {"0": {}}}, {"rows": []}])
def test_json_of_another_shape_is_an_outage(answer: object) -> None:
    outage(answer)


def test_rows_under_a_failing_status_are_an_outage() -> None:
    outage({"data": [{}]}, 500)


# Between the rows of the table


def test_an_error_counts_more_than_the_rows_beside_it() -> None:
    refused = refusal(error("invalid_access_key") | {"data": [{"flight": 1}]}, 200)
    assert refused.code == "invalid_access_key"


@pytest.mark.parametrize(("status", "query_only"), [(400, True), (401, False), (403, True), (404, False)])
@pytest.mark.parametrize("answer", [{"message": "No."}, {"error": "No."}, error("new_word", "No.")])
def test_an_unknown_refusal_is_judged_by_its_status(answer: object, status: int, query_only: bool) -> None:
    refused = refusal(answer, status)
    assert refused.query_only is query_only
    assert refused.code == f"HTTP {status}"
    assert "No." in refused.advice
    assert "FLIGHTAGENTS_" in refused.advice


@pytest.mark.parametrize("status", [200, 408, 425, 500, 503])
@pytest.mark.parametrize(
    "answer", [{"message": "No."}, {"error": "No."}, error("new_word", "No."), error(101, "No.")]
)
def test_an_unknown_complaint_without_a_refusing_status_is_an_outage(answer: object, status: int) -> None:
    assert "No." in outage(answer, status)


@pytest.mark.parametrize(
    "answer", [{"message": "API rate limit exceeded"}, b"<html>slow down</html>", b"", error("x")]
)
def test_http_429_is_too_fast_whatever_the_body(answer: object) -> None:
    with pytest.raises(FeedRateLimitError) as caught:
        read(answer, 429, "90")
    assert caught.value.retry_after == timedelta(seconds=90)


@pytest.mark.parametrize("status", [301, 308])
def test_a_move_for_good_is_our_configuration(status: int) -> None:
    assert "FLIGHTAGENTS_AVIATIONSTACK_URL" in refusal(b"<html>Moved</html>", status).advice


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_detour_is_an_outage(status: int) -> None:
    outage(b"<html>Found</html>", status)


# Retry-After


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("5", 60),
        ("-5", 60),
        ("soon", 60),
        ("", 60),
        ("1.5", 60),
        ("²", 60),
        ("99999999999999999999999", 86_400),
        ("9" * 5000, 60),
        ("Sun, 22 Nov 2026 12:03:20 GMT", 200),
        ("Sun, 22 Nov 2026 13:03:20 +0100", 200),
        ("Sun, 22 Nov 2026 12:03:20 -0000", 200),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 60),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        ("Fri, 31 Dec 99999999999999999999 23:59:59 GMT", 86_400),
    ],
)
def test_retry_after_in_both_forms_within_a_minute_and_a_day(retry_after: str, seconds: int) -> None:
    assert wait(retry_after) == timedelta(seconds=seconds)


# Odd bodies


@pytest.mark.parametrize("digits", [20, 200, 301, 5000])
def test_a_huge_figure_costs_nothing_but_its_row(digits: int) -> None:
    rows = read(b'{"data": [{"delay": ' + b"9" * digits + b'}, {"delay": 5}]}').rows
    assert str(rows[0]["delay"]) == "9" * digits
    assert rows[1] == {"delay": 5}


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_figure_that_is_none_stays_as_text(word: str) -> None:
    assert read(f'{{"data": [{{"delay": {word}}}, {{"delay": 1.5}}]}}'.encode()).rows == [
        {"delay": word},
        {"delay": 1.5},
    ]


@pytest.mark.parametrize("name", [b"Z\xfcrich", b"Z\\ud800rich", b"Z\\udc00\\ud800rich"])
def test_broken_text_survives_and_can_be_written_again(name: bytes) -> None:
    rows = read(b'{"data": [{"airport": "' + name + b'"}, {"airport": "Krak\xc3\xb3w"}]}').rows
    assert msgspec.json.encode(rows)
    assert rows[0]["airport"].startswith("Z")
    assert rows[1] == {"airport": "Kraków"}


def test_a_byte_order_mark_and_doubled_names_are_borne() -> None:
    assert read(b'\xef\xbb\xbf{"data": [], "data": [{"a": 1, "a": 2}]}').rows == [{"a": 2}]


def test_brackets_without_end_are_an_outage() -> None:
    outage(b'{"data": ' + b"[" * 200_000)
    outage(b'{"data": ' + b"[" * 200_000 + b"]" * 200_000 + b"}")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["error", "code", "data", "message"]), inner)
    ),
)


@given(
    body=st.binary() | _JSON.map(lambda value: json.dumps(value).encode()),
    status=st.sampled_from([200, 204, 301, 302, 400, 401, 403, 404, 429, 500, 503]),
    retry_after=st.none() | st.text(),
)
def test_any_answer_is_a_page_or_one_of_our_errors(body: bytes, status: int, retry_after: str | None) -> None:
    with contextlib.suppress(FlightagentsError):
        assert isinstance(read_answer(status, retry_after, body, now=NOW), Page)


# Recordings


@pytest.mark.skipif("FLIGHTAGENTS_SAMPLES" not in os.environ, reason="FLIGHTAGENTS_SAMPLES is not set")
@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("function_access_restricted", 403, FeedRefusedError),
        ("internal_error_2023-12-23", 500, FeedOutageError),
        ("internal_error_legacy_php_2022-12-06", 500, FeedOutageError),
        ("invalid_access_key_wording_unconfirmed", 401, FeedRefusedError),
        ("rate_limit_reached_sibling_product", 429, FeedRateLimitError),
        ("usage_limit_reached_wording_unconfirmed", 429, FeedMonthSpentError),
        ("validation_error_docs", 400, FeedRefusedError),
    ],
)
def test_recorded_errors_mean_the_same_with_http_200(
    name: str, status: int, kind: type[FlightagentsError]
) -> None:
    body = (Path(os.environ["FLIGHTAGENTS_SAMPLES"]) / "errors" / f"{name}.json").read_bytes()
    for seen in (status, 200):
        with pytest.raises(kind):
            read(body, seen)


@pytest.mark.skipif("FLIGHTAGENTS_SAMPLES" not in os.environ, reason="FLIGHTAGENTS_SAMPLES is not set")
def test_every_recorded_page_is_read() -> None:
    found = [
        path.read_bytes()
        for folder in ("pages", "poll_*")
        for path in Path(os.environ["FLIGHTAGENTS_SAMPLES"]).glob(f"{folder}/*.json")
        if path.name != "sequence.json"
    ]
    assert found
    for body in found:
        assert read(body).rows == json.loads(body)["data"]
