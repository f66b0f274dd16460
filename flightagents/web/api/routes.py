"""A route of the API: everything that is known of it, said once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from msgspec import Meta, Struct

from flightagents.domain.users import Role
from flightagents.web.access.gate import Visitor

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ROOT = "/api/v1"
LONGEST = 200
"""Characters of a parameter, but for a cursor."""
MOST = 500
"""Entries of a page, and things of one act."""

Q = TypeVar("Q")
B = TypeVar("B")
T = TypeVar("T", bound="DataclassInstance")

Text = Annotated[str, Meta(max_length=LONGEST)]
Cursor = Annotated[str, Meta(max_length=2048, description="`next` of the page before")]
Limit = Annotated[int, Meta(ge=1, le=MOST, description="How many to give at the most")]
Key = Annotated[str, Meta(max_length=LONGEST)]
Keys = Annotated[tuple[Key, ...], Meta(min_length=1, max_length=MOST)]


class NoQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters."""


class Paged(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of a list."""

    limit: Limit = 50
    after: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Asked(Generic[Q, B]):
    """One request, read and checked."""

    visitor: Visitor
    query: Q
    body: B
    path: Mapping[str, str] = field(default_factory=dict)

    @property
    def who(self) -> str:
        """Give the name that acts are logged under."""
        return self.visitor.principal.signed

    @property
    def sees_people(self) -> bool:
        """Tell whether they may see names and addresses."""
        return self.visitor.sees_people


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list, as a handler gives it; `next` is the cursor of the next one."""

    items: object
    next: str | None = None


class RefusalError(Exception):
    """A request that cannot be done: a status of HTTP, and the fields that are wrong, where it is those."""

    def __init__(
        self, status: int, error: str, field: str | None = None, errors: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.field = field
        self.errors = errors or ({field: error} if field else {})


def refusal_of(errors: Mapping[str, str]) -> RefusalError:
    """Say what is wrong with each field, by its path; what is wrong with all of it stands under ""."""
    field, error = next(iter(errors.items()))
    return RefusalError(400, error, field or None, {each: why for each, why in errors.items() if each})


def missing(what: str) -> RefusalError:
    """Say that there is no such thing."""
    return RefusalError(404, f"there is no such {what}")


def same(found: object, answer: type[Struct]) -> dict[str, Any]:
    """Give what a thing has of an answer, by the same names."""
    return {name: getattr(found, name) for name in answer.__struct_fields__ if hasattr(found, name)}


def query_of(kind: type[T], asked: Struct, **others: object) -> T:
    """Make the query that a list is searched with, of what was asked for by the same names."""
    names = {each.name for each in fields(kind)} & set(asked.__struct_fields__)
    return kind(**{name: getattr(asked, name) for name in names}, **others)


Answering = Callable[[Asked[Any, Any]], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route. `path` is below ROOT; what a handler gives is answered as `answer` says, and no more."""

    method: str
    path: str
    name: str
    """Its operationId."""
    group: str
    says: str
    """One sentence for whoever reads about it."""
    handler: Answering
    answer: Any
    role: Role = Role.VIEWER
    query: type[Struct] = NoQuery
    body: Any = None
    example: str = ""
    """Of the body, in JSON."""
    errors: tuple[int, ...] = ()
    """Statuses beside those that every route may answer."""
    most_bytes: int | None = None
    slow: bool = False
    """It may take longer than a page may."""
    volatile: str = ""
    """A field of the answer that says when and for whom it was written: another is no other answer."""

    @property
    def writes(self) -> bool:
        """Tell whether it changes something."""
        return self.method != "GET"
