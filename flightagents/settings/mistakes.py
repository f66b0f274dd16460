"""What is wrong with settings, a line each: the variable, how its value is written, and an example.

The value itself is never repeated: it may be a secret, also one that stands in the wrong variable.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, get_args

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from flightagents.secret_files import Unreadable
from flightagents.settings.base import PREFIX, Shape


def variable_of(name: str) -> str:
    """Give the variable of a field."""
    return f"{PREFIX}{name}".upper()


def mistakes_of(error: ValidationError, fields: Mapping[str, FieldInfo]) -> Iterator[tuple[str, str]]:
    """Say what is wrong with each field, by its name."""
    for wrong in error.errors(include_url=False):
        name = str(wrong["loc"][0])
        given, detail = wrong["input"], ""
        if wrong["type"] == "value_error":  # one of our own, which repeats nothing
            detail = str(wrong["ctx"]["error"])
        if isinstance(given, Unreadable):
            yield name, given.mistake
        else:
            yield name, must_be(name, fields[name], detail=detail)


def must_be(name: str, field: FieldInfo, *, where: str = "", detail: str = "") -> str:
    """Write "FLIGHTAGENTS_SMTP_PORT: must be a whole number from 1 to 65535, for example 587"."""
    shown = f" ({detail})" if detail else ""
    return f"{variable_of(name)}: must be {shape_of(field)}{where}, for example {example_of(field)}{shown}"


def shape_of(field: FieldInfo) -> str:
    """Say how a field is written; what the last type of it says that says anything."""
    found = [*field.metadata, *_within(field.annotation)]
    shapes = [each.text for each in found if isinstance(each, Shape)]
    if shapes:
        return shapes[-1]
    if isinstance(field.annotation, type) and issubclass(field.annotation, StrEnum):
        return f"one of {', '.join(field.annotation)}"
    return str(field.description)


def example_of(field: FieldInfo) -> str:
    """Give the field's own example, else its default."""
    shown = field.examples[0] if field.examples else field.default
    return shown.get_secret_value() if isinstance(shown, SecretStr) else str(shown)


def _within(annotation: Any) -> Iterator[object]:  # noqa: ANN401 - a type, or part of one
    """Give the metadata of the parts of a type: of what may be None, for one."""
    for part in get_args(annotation):
        yield part
        yield from _within(part)
