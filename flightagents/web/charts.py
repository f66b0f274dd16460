"""Charts as SVG: shapes, classes and words, without style or script; charts.css gives the colours.

A chart is one image to a screen reader, with a title and a description; whoever shows it puts a table of the
same numbers beside it. What is None, or no number, is left out.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from markupsafe import Markup

from flightagents.domain.usual import Bar

WIDTH, HEIGHT = 760, 220
LEFT, TOP, BOTTOM = 48, 10, 24
"""Room for the scale, and for the hours below."""
HOURS_APART = 3
_STEPS = (1, 2, 2.5, 5, 10, 20)
_HOURS = Markup('class="chart chart-hours" viewBox="0 0 {} {}"').format(WIDTH, HEIGHT)
_SHARE = Markup('class="chart chart-share" viewBox="0 0 {} 20" preserveAspectRatio="none"').format(WIDTH)
_IMAGE = Markup('<svg {} role="img"><title>{}</title><desc>{}</desc>{}</svg>')
_EMPTY = Markup('<rect class="chart-empty" x="0" y="0" width="{}" height="20"/>')
_PART = Markup('<rect class="part-{}" x="{}" y="0" width="{}" height="20"><title>{}: {}</title></rect>')
_BAR = Markup('<rect class="bar-{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>')
_LINE = Markup('<line class="chart-line" x1="{}" y1="{}" x2="{}" y2="{}"/>')
_TEXT = Markup('<text class="{}" x="{}" y="{}">{}</text>')


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a whole: `kind` is its class in the style sheet, `told` how its number is written."""

    kind: str
    label: str
    value: float | None
    told: str


def grouped_bars(
    bars: Sequence[Bar],
    *,
    title: str,
    description: str,
    today: str,
    usual: str,
    told: Callable[[float], str],
) -> Markup:
    """Draw hours with two bars each. `today` and `usual` name them; `told` writes a value with its unit."""
    values = [each for bar in bars for each in (bar.today, bar.usual) if _is_number(each)]
    scale = _Scale(min([0.0, *values]), max([0.0, *values]))
    group = (WIDTH - LEFT) / max(1, len(bars))
    shapes = [*_grid(scale, told)]
    for place, bar in enumerate(bars):
        at = LEFT + place * group
        for shift, kind, name, value in ((0.54, "usual", usual, bar.usual), (0.1, "today", today, bar.today)):
            if _is_number(value):
                words = f"{bar.hour:02}:00 {name}: {told(value)}"
                top, height = scale.span(value)
                across, width = _short(at + shift * group), _short(0.38 * group)
                shapes.append(_BAR.format(kind, across, top, width, height, words))
        if bar.hour % HOURS_APART == 0:
            shapes.append(_text("chart-hour", at + group / 2, HEIGHT - 6, f"{bar.hour:02}"))
    return _IMAGE.format(_HOURS, title, description, Markup("").join(shapes))


def share_bar(parts: Sequence[Part], *, title: str, description: str) -> Markup:
    """Draw one bar, filled by the parts in proportion; an empty one where they are nothing."""
    seen = [(part, part.value) for part in parts if _is_number(part.value) and part.value > 0]
    whole = sum(value for _, value in seen)
    shapes = [_EMPTY.format(WIDTH)]
    at = 0.0
    for part, value in seen:
        width = WIDTH * (value / whole)
        shapes.append(_PART.format(part.kind, _short(at), _short(width), part.label, part.told))
        at += width
    return _IMAGE.format(_SHARE, title, description, Markup("").join(shapes))


class _Scale:
    """From values to heights. It ends at round numbers, and 0 is always on it."""

    def __init__(self, least: float, most: float) -> None:
        self.step = _round_up(max(most, -least) / 4) or 1.0
        self.least = math.floor(least / self.step) * self.step
        self.most = max(math.ceil(most / self.step) * self.step, self.least + self.step)

    def height(self, value: float) -> float:
        room = HEIGHT - TOP - BOTTOM
        return TOP + room * (self.most - value) / (self.most - self.least)

    def span(self, value: float) -> tuple[str, str]:
        """Give the top of a bar, and how high it is."""
        top, bottom = self.height(max(0.0, value)), self.height(min(0.0, value))
        return _short(top), _short(bottom - top)

    def lines(self) -> Iterator[float]:
        for number in range(round((self.most - self.least) / self.step) + 1):
            yield self.least + number * self.step


def _round_up(value: float) -> float:
    if value <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in _STEPS if step * power >= value)


def _grid(scale: _Scale, told: Callable[[float], str]) -> Iterator[Markup]:
    for value in scale.lines():
        height = _short(scale.height(value))
        yield _LINE.format(LEFT, height, WIDTH, height)
        yield _text("chart-scale", LEFT - 6, scale.height(value) + 4, told(value))


def _text(kind: str, across: float, down: float, words: str) -> Markup:
    return _TEXT.format(kind, _short(across), _short(down), words)


def _is_number(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value)


def _short(number: float) -> str:
    return f"{number:.1f}"
