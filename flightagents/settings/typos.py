"""Variables that begin like a setting and are none: most likely one was mistyped, and is not set."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from flightagents.settings.all import Settings
from flightagents.settings.base import PREFIX
from flightagents.settings.mistakes import variable_of

_NEAR = 0.7
"""How alike two names are, of 1: two letters of ten may be wrong."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A variable that means nothing, and the one that may have been meant."""

    name: str
    nearest: str | None

    def __str__(self) -> str:
        """Say so, without its value."""
        meant = f": was {self.nearest} meant?" if self.nearest else "; .env.example lists all that there are"
        return f"{self.name} is no setting and changes nothing{meant}"


def unknown_variables() -> list[Unknown]:
    """Look through the environment and the `.env` file."""
    here = (EnvSettingsSource(Settings), DotEnvSettingsSource(Settings))
    return unknown_of({name.upper() for source in here for name in source.env_vars})


def unknown_of(names: Iterable[str]) -> list[Unknown]:
    """Pick those that begin like ours and are none of ours."""
    known = known_variables()
    strange = sorted(name for name in names if name.startswith(PREFIX) and name not in known)
    return [Unknown(name, _nearest(name, known)) for name in strange]


def _nearest(name: str, known: list[str]) -> str | None:
    """Without the prefix, which all have."""
    endings = {each.removeprefix(PREFIX): each for each in known}
    near = difflib.get_close_matches(name.removeprefix(PREFIX), endings, 1, _NEAR)
    return endings[near[0]] if near else None


def known_variables() -> list[str]:
    """Give every variable of a setting, with the paths of secrets."""
    known = []
    for name, field in Settings.model_fields.items():
        known.append(variable_of(name))
        if "SecretStr" in str(field.annotation):
            known.append(f"{variable_of(name)}_FILE")
    return known
