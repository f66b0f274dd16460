"""Charts: words and numbers become shapes, and nothing else."""

import math
from xml.etree import ElementTree as ET

import pytest

from flightagents.domain.usual import Bar
from flightagents.web.charts import HEIGHT, WIDTH, Part, grouped_bars, share_bar

SVG = ET.Element


def read(text: str) -> SVG:
    return ET.fromstring(text)  # noqa: S314 - our own charts


def drawn(*bars: Bar, title: str = "Late by hour") -> SVG:
    text = grouped_bars(
        bars, title=title, description="Of 24 hours", today="today", usual="usual", told="{:.0f} %".format
    )
    return read(text)


def rects(image: SVG, kind: str) -> list[SVG]:
    return [each for each in image.iter("rect") if each.get("class") == kind]


def test_a_chart_is_an_image_with_a_title_and_a_description() -> None:
    image = drawn(Bar(0, 10, 20))
    assert image.get("role") == "img"
    assert [(each.tag, each.text) for each in list(image)[:2]] == [
        ("title", "Late by hour"),
        ("desc", "Of 24 hours"),
    ]


def test_a_bar_is_as_high_as_its_value() -> None:
    image = drawn(Bar(0, 10, 20), Bar(1, 40, 0))
    today = [float(each.attrib["height"]) for each in rects(image, "bar-today")]
    usual = [float(each.attrib["height"]) for each in rects(image, "bar-usual")]
    assert today[1] == pytest.approx(4 * today[0], rel=0.01)
    assert usual == [pytest.approx(2 * today[0], rel=0.01), 0]


def test_a_bar_says_its_hour_and_its_value() -> None:
    (bar,) = rects(drawn(Bar(14, 31, None)), "bar-today")
    assert [each.text for each in bar] == ["14:00 today: 31 %"]


def test_a_value_below_nothing_hangs_down() -> None:
    image = drawn(Bar(0, -5, 5))
    (today,), (usual,) = rects(image, "bar-today"), rects(image, "bar-usual")
    hangs, stands = float(today.attrib["y"]), float(usual.attrib["y"])
    assert hangs == pytest.approx(stands + float(usual.attrib["height"]), abs=0.2)


@pytest.mark.parametrize("nothing", [None, math.nan, math.inf])
def test_what_is_no_number_is_left_out(nothing: float | None) -> None:
    image = drawn(Bar(0, nothing, nothing), Bar(1, 0, 0))
    assert len(rects(image, "bar-today")) == 1


def test_a_chart_of_nothing_is_drawn() -> None:
    assert list(drawn().iter("line"))
    assert list(drawn(*(Bar(hour, None, None) for hour in range(24))).iter("line"))


@pytest.mark.parametrize("most", [1e-9, 0.31, 1, 7, 99.9, 1e6])
def test_every_bar_stays_within_the_chart(most: float) -> None:
    image = drawn(*(Bar(hour, most, -most / 3) for hour in range(24)))
    for each in image.iter("rect"):
        across, down, width, height = (float(each.attrib[name]) for name in ("x", "y", "width", "height"))
        assert 0 <= across <= across + width <= WIDTH
        assert 0 <= down <= down + height <= HEIGHT


def test_the_parts_fill_the_bar() -> None:
    parts = [Part("good", "On time", 3, "75 %"), Part("late", "Late", 1, "25 %"), Part("bad", "-", None, "-")]
    image = read(share_bar(parts, title="Today", description="4 flights"))
    widths = {each.get("class"): float(each.attrib["width"]) for each in image.iter("rect")}
    assert widths == {"chart-empty": WIDTH, "part-good": WIDTH * 0.75, "part-late": WIDTH * 0.25}


def test_no_parts_are_an_empty_bar() -> None:
    image = read(share_bar([Part("late", "Late", 0, "0 %")], title="", description=""))
    assert [each.get("class") for each in image.iter("rect")] == ["chart-empty"]


def test_nothing_gets_out_of_its_place() -> None:
    evil = "<script>alert(1)</script>\"'&"
    image = drawn(Bar(0, 1, 1), title=evil)
    assert image[0].text == evil
    parts = [Part(evil, evil, 1, evil)]
    for each in (image, read(share_bar(parts, title=evil, description=evil))):
        tags = {element.tag for element in each.iter()}
        assert tags <= {"svg", "title", "desc", "rect", "line", "text"}
        for element in each.iter():
            assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
