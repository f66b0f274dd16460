"""A value that changes at known instants: gate C12 until 14:05, then C20."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


class Steps(Generic[T]):
    """What holds when. `first` holds from the beginning of time; each change holds from its instant on."""

    __slots__ = ("first", "times", "values")

    def __init__(self, first: T, changes: Iterable[tuple[datetime, T]] = ()) -> None:
        """Take changes in any order; of two at the same instant the later one given wins."""
        self.first = first
        ordered = sorted(changes, key=lambda change: change[0])
        self.times = [time for time, _ in ordered]
        self.values = [first, *[value for _, value in ordered]]

    def at(self, time: datetime) -> T:
        """Return what holds at an instant."""
        return self.values[bisect_right(self.times, time)]

    @property
    def last(self) -> T:
        """What holds in the end."""
        return self.values[-1]

    def until(self, time: datetime) -> "list[tuple[datetime, T]]":
        """Return the changes before an instant, to build others on."""
        return [change for change in zip(self.times, self.values[1:], strict=True) if change[0] < time]
