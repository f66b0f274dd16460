"""All settings together, and where they are read from, the first winning."""

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from flightagents.clock import clock_from
from flightagents.errors import SettingsError
from flightagents.secret_files import SecretFiles
from flightagents.settings.agency import AgencySettings
from flightagents.settings.base import PREFIX, Shape
from flightagents.settings.channels import ChannelSettings
from flightagents.settings.feed import FeedSettings
from flightagents.settings.logs import LogSettings
from flightagents.settings.mistakes import mistakes_of, variable_of
from flightagents.settings.storage import StorageSettings
from flightagents.settings.stream_access import StreamAccessSettings
from flightagents.settings.together import missing_partners
from flightagents.settings.watchdog import WatchdogSettings
from flightagents.settings.web import WebSettings
from flightagents.settings.written import read_by


# The last base comes first where all settings are listed.
class Settings(
    LogSettings,
    WatchdogSettings,
    WebSettings,
    AgencySettings,
    ChannelSettings,
    FeedSettings,
    StorageSettings,
    StreamAccessSettings,
):
    """The settings in force. An empty environment gives a system on localhost that polls nothing."""

    clock: Annotated[str, read_by(clock_from), Shape("the word system, or simulated:START@SPEED@ANCHOR")] = (
        Field(
            "system",
            description="system, or simulated:START@SPEED@ANCHOR",
            examples=["simulated:2026-11-22T15:00:00Z@120@1795415917"],
        )
    )

    @model_validator(mode="wrap")
    @classmethod
    def _all_mistakes_at_once(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:  # noqa: ANN401 - whatever the variables hold
        """Read them. Raises SettingsError with every mistake: also between those that are right."""
        wrong: dict[str, str] = {}
        try:
            settings = handler(given)
        except ValidationError as exc:
            wrong = dict(mistakes_of(exc, cls.model_fields))
            settings = handler({name: value for name, value in given.items() if name not in wrong})
        # What is wrong in itself counts as not set here: that it is missing would be no news.
        known = tuple(f"{variable_of(name)}:" for name in wrong)
        unfitting = [each for each in settings.mistakes() if not each.startswith(known)]
        if mistakes := [*wrong.values(), *unfitting]:
            raise SettingsError(*mistakes)
        return settings

    def mistakes(self) -> Iterator[str]:
        """Say what does not fit together, of all groups."""
        yield from super().mistakes()
        yield from missing_partners(self)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the `..._FILE` paths of secrets before the secrets themselves, and `.env` after all else."""
        del file_secret_settings
        named_in_env = SecretFiles(settings_cls, env_settings, PREFIX)
        named_in_dotenv = SecretFiles(settings_cls, dotenv_settings, PREFIX)
        return init_settings, named_in_env, env_settings, named_in_dotenv, dotenv_settings


def load() -> Settings:
    """Read the settings. Raises SettingsError naming each variable that is wrong, never its value."""
    try:
        return Settings()
    except (OSError, UnicodeDecodeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else f"byte {exc.start} is none of UTF-8"
        what = "a text file in UTF-8 that may be read, for example with the line"
        raise SettingsError(f".env: must be {what} {PREFIX}SMTP_PORT=587 ({why})") from None
