"""An SMS stays in the alphabet that makes it one segment."""

import pytest

from flightagents.notify import gsm7


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("abc", 3), ("Ä ö ü ß é ñ", 11), ("£@$", 3), ("€", 2), ("[a]", 5), ("→", None), ("ã", None)],
)
def test_septets_are_counted(text: str, count: int | None) -> None:
    assert gsm7.septets(text) == count


def test_a_segment_has_160_of_them() -> None:
    assert gsm7.fits("x" * 160)
    assert not gsm7.fits("x" * 161)
    assert not gsm7.fits("x" * 159 + "€")
    assert not gsm7.fits("→")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("4:40\u202fPM", "4:40 PM"),
        ("a\u00a0b", "a b"),
        ("LHR → JFK", "LHR -> JFK"),
        ("\u201cDon\u2019t\u201d \u2013 wait…", '"Don\'t" - wait...'),
        ("São João, Łódź, Håkan, Đorđe", "Sao Joao, Lodz, Håkan, Dorde"),
        ("Türkiye Şişli İ \u0131", "Türkiye Sisli I i"),
        ("Œuvre", "OEuvre"),
        ("日本 Travel", " Travel"),
        ("Zürich €5 [x]", "Zürich €5 [x]"),
    ],
)
def test_what_is_not_in_it_is_written_with_what_is(text: str, plain: str) -> None:
    written = gsm7.transliterate(text)
    assert written == plain
    assert gsm7.septets(written) is not None


def test_a_cut_text_fits() -> None:
    assert gsm7.cut("Acme Travel", 11) == "Acme Travel"
    assert gsm7.cut("Acme Travel", 6) == "Acme."
    assert gsm7.cut("€€€", 5) == "€€."
    assert gsm7.cut("Acme", 0) == ""
