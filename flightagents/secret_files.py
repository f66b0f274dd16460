"""Reads a secret from the file that `..._FILE` names, in the environment or in `.env`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A secret whose file cannot be read. The path is not repeated: it may be the secret itself."""

    variable: str
    why: str

    @property
    def mistake(self) -> str:
        """Say so."""
        example = f"/run/secrets/{self.variable.removesuffix('_FILE').lower()}"
        return f"{self.variable}: must be the path of a text file, for example {example} ({self.why})"


class SecretFiles(PydanticBaseSettingsSource):
    """Reads a secret from the file that `FLIGHTAGENTS_..._FILE` names, in the environment or in `.env`."""

    def __init__(
        self, settings_cls: type[BaseSettings], named_in: PydanticBaseSettingsSource, prefix: str
    ) -> None:
        super().__init__(settings_cls)
        self._prefix = prefix
        # Its names are in lower case, and an empty value is not there.
        self._variables = named_in.env_vars if isinstance(named_in, EnvSettingsSource) else {}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Read the secret of a field; Unreadable where its file cannot be read."""
        variable = f"{self._prefix}{field_name}_FILE".upper()
        path = self._variables.get(variable.lower())
        if path is None or "SecretStr" not in str(field.annotation):
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except OSError as exc:
            return Unreadable(variable, exc.strerror or type(exc).__name__), field_name, False
        except UnicodeDecodeError:
            return Unreadable(variable, "it is not UTF-8"), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Give the secrets that files hold."""
        found = ((name, self.get_field_value(field, name)[0]) for name, field in self._fields().items())
        return {name: value for name, value in found if value is not None}

    def _fields(self) -> dict[str, FieldInfo]:
        return self.settings_cls.model_fields
