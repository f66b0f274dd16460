"""Reads a secret from the file that `..._FILE` names, in the environment or in `.env`."""

from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource

from flightagents.errors import SettingsError


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
        """Read the secret of a field. Raises SettingsError where its file cannot be."""
        variable = f"{self._prefix}{field_name}_FILE".upper()
        path = self._variables.get(variable.lower())
        if path is None or "SecretStr" not in str(field.annotation):
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except OSError as exc:
            raise SettingsError(f"{variable} names {path}, which cannot be read: {exc.strerror}") from exc
        except UnicodeDecodeError:  # not chained: its text holds the secret's bytes
            raise SettingsError(f"{variable} names {path}, which is not UTF-8 text") from None

    def __call__(self) -> dict[str, Any]:
        """Give the secrets that files hold."""
        found = ((name, self.get_field_value(field, name)[0]) for name, field in self._fields().items())
        return {name: value for name, value in found if value is not None}

    def _fields(self) -> dict[str, FieldInfo]:
        return self.settings_cls.model_fields
