"""A page of a long list, and how many entries the whole list has."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some entries of a list, in its order.

    `after` and `before` are the opaque cursors of the pages next to it; None where there is none. They name
    a place between two entries, so that entries which come, go or move do not shift the others.
    """

    rows: tuple[T, ...]
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are; `more`: at least so many, nobody counted further."""

    number: int
    more: bool = False
