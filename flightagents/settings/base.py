"""What all groups of settings share: the prefix, where they are read from, and common shapes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "FLIGHTAGENTS_"
HIGHEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Shape:
    """How a value is written, for whoever wrote it otherwise. It stands among a field's metadata."""

    text: str


def one_line(text: str) -> str:
    """Refuse what cannot stand in a header or a command of a protocol. Raises ValueError."""
    if not text.isprintable():
        raise ValueError("it holds a line end or another control character")
    return text


def one_secret_line(secret: SecretStr) -> SecretStr:
    """Refuse it likewise. Raises ValueError, which does not repeat it."""
    one_line(secret.get_secret_value())
    return secret


def no_file(path: Path) -> Path:
    """Refuse what is there and is no folder; whether it can be used is the doctor's. Raises ValueError."""
    try:
        is_file = path.exists() and not path.is_dir()
    except OSError as exc:  # what it says holds the path
        raise ValueError(exc.strerror) from None
    if is_file:
        raise ValueError("there is a file of that name")
    return path


Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False), Shape("a number above 0")]
Count = Annotated[int, Field(ge=1), Shape("a whole number, 1 or more")]
CountOrNone = Annotated[int, Field(ge=0), Shape("a whole number, 0 or more")]
Port = Annotated[int, Field(ge=1, le=HIGHEST_PORT), Shape(f"a whole number from 1 to {HIGHEST_PORT}")]
Line = Annotated[str, AfterValidator(one_line), Shape("one line of text")]
SecretLine = Annotated[SecretStr, AfterValidator(one_secret_line), Shape("one line of text")]
File = Annotated[Path, Shape("the path of a file")]
Folder = Annotated[Path, AfterValidator(no_file), Shape("the path of a folder")]


class Group(BaseSettings):
    """Some settings that belong together."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    def mistakes(self) -> Iterator[str]:
        """Say what does not fit together, where each by itself is right; a line begins with its variable."""
        yield from ()
