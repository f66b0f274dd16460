"""Recipients of the same news share a text; nobody's own words reach another, or break out of their place."""

import re
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import Message, Notice
from flightagents.domain.said import Said
from flightagents.notify.blanks import OWN, Blanks, own_words
from flightagents.notify.render import Renderer
from tests.support.messages import NOON, notice

PAGE = "https://agency.example/f/0123456789abcdefghijklmn"
OUT = "https://agency.example/u/0123456789abcdefghijklmn"
ANNAS = notice(page=PAGE, unsubscribe=OUT)
BENS = replace(ANNAS, name="Ben", reference="XYZ789", page=f"{PAGE}b", unsubscribe=f"{OUT}b")
NAMELESS = notice(name="", reference="")
MARKED = re.compile(r"x[0-9a-f]{32}")


def renderer() -> Renderer:
    return Renderer(agency_name="Acme Travel", agency_phone="+1 202 555 0100")


def alone(each: Notice, channel: Channel = Channel.EMAIL) -> Message:
    """Render with nobody before: nothing is shared yet."""
    return renderer().render(each, channel, row="row-1", now=NOON)


@pytest.mark.parametrize("channel", Channel)
def test_it_makes_no_difference_who_came_before(channel: Channel) -> None:
    shared = renderer()
    for each in (ANNAS, BENS, NAMELESS, ANNAS, replace(BENS, said=Said.EARLIER), BENS):
        assert shared.render(each, channel, row="row-1", now=NOON) == alone(each, channel)


def test_each_gets_their_own_words_and_no_others() -> None:
    shared = renderer()
    shared.render(ANNAS, Channel.EMAIL, row="row-1", now=NOON)
    email = shared.render(BENS, Channel.EMAIL, row="row-2", now=NOON)
    assert email.html is not None
    for text in (email.text, email.html):
        assert all(word in text for word in ("Hello Ben,", "XYZ789", f"{PAGE}b", f"{OUT}b"))
        assert not any(word in text for word in ("Anna", "ABC123"))
    assert email.message_id == "<row-2@localhost>"
    assert email.unsubscribe == f"{OUT}b"


def test_the_subject_is_the_same_for_all() -> None:
    assert alone(ANNAS).subject == alone(BENS).subject == alone(NAMELESS).subject


@pytest.mark.parametrize("field", OWN)
def test_what_somebody_lacks_leaves_no_blank(field: str) -> None:
    lacking: dict[str, Any] = {field: ""}
    email = alone(replace(ANNAS, **lacking))
    assert email.html is not None
    for text in (email.text, email.html, email.subject):
        assert not MARKED.search(text)
    assert "\n\n\n" not in email.text
    assert 'href=""' not in email.html
    assert "Hello ," not in email.text


@pytest.mark.parametrize(
    "name",
    ["x{0}namex", "{{ agency }}", "{% block sms %}", "name", "%s", "\\1", "\\g<0>", "x" * 5000],
)
def test_a_name_that_looks_like_a_blank_is_a_name(name: str) -> None:
    email = alone(replace(ANNAS, name=name))
    assert f"Hello {name},\n" in email.text
    assert email.text.count("ABC123") == 1


def test_even_a_name_that_is_a_mark_stays_where_names_stand() -> None:
    blanks = Blanks()
    mark = blanks.shared(notice(reference="R"), own_words(notice(reference="R"))).reference
    assert MARKED.match(mark)
    form = blanks.form(f"Hello {blanks.shared(ANNAS, own_words(ANNAS)).name}, booking {mark}.")
    filled = form.filled({**own_words(ANNAS), "name": mark, "reference": "ABC123"})
    assert filled == f"Hello {mark}, booking ABC123."


def test_marks_are_drawn_anew_for_each_renderer() -> None:
    first, second = (Blanks().shared(ANNAS, own_words(ANNAS)).name for _ in range(2))
    assert first != second


@given(name=st.text(max_size=60), reference=st.text(max_size=30))
def test_whatever_is_filled_in_the_html_has_the_same_elements(name: str, reference: str) -> None:
    email = alone(replace(ANNAS, name=name, reference=reference))
    plain = alone(
        replace(
            ANNAS,
            name="Anna" if own_words(notice(name=name))["name"] else "",
            reference="R" if own_words(notice(reference=reference))["reference"] else "",
        )
    )
    elements = [re.findall(r"<[^>]*>", message.html or "") for message in (email, plain)]
    assert elements[0] == elements[1]
    assert not MARKED.search((email.html or "") + email.text)


def test_an_address_with_quotes_stays_in_its_attribute() -> None:
    email = alone(replace(ANNAS, page='https://agency.example/f/"><script>&x=1'))
    assert email.html is not None
    assert "<script" not in email.html
    assert 'href="https://agency.example/f/&quot;&gt;&lt;script&gt;&amp;x=1"' in email.html


def test_what_is_shared_is_written_once() -> None:
    calls: list[Notice] = []

    class Counting(Renderer):
        def _thread(self, notice: Notice) -> str:
            calls.append(notice)
            return super()._thread(notice)

    shared = Counting()
    for number, (name, page) in enumerate(product(("Anna", "Ben", "Chloe"), (PAGE, OUT))):
        each = replace(ANNAS, name=name, page=page, reference=f"R{number}")
        shared.render(each, Channel.EMAIL, row=f"row-{number}", now=NOON)
    assert len(calls) == 1
    shared.render(replace(ANNAS, new=ANNAS.old), Channel.EMAIL, row="row-9", now=NOON)
    assert len(calls) == 2
    assert not any(word in repr(calls) for word in ("Anna", "Ben", "R0", PAGE, OUT))
