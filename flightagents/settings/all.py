"""All settings together, and where they are read from, the first winning."""

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from flightagents.errors import SettingsError
from flightagents.secret_files import SecretFiles
from flightagents.settings.agency import AgencySettings
from flightagents.settings.base import PREFIX
from flightagents.settings.channels import ChannelSettings
from flightagents.settings.feed import FeedSettings
from flightagents.settings.logs import LogSettings
from flightagents.settings.storage import StorageSettings
from flightagents.settings.stream_access import StreamAccessSettings
from flightagents.settings.watchdog import WatchdogSettings
from flightagents.settings.web import WebSettings


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

    clock: str = Field("system", description="system, or simulated:START@SPEED@ANCHOR")

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
    except ValidationError as exc:
        wrong = "; ".join(
            f"{PREFIX}{'_'.join(str(part) for part in error['loc']).upper()}: {error['msg']}"
            for error in exc.errors(include_input=False, include_url=False)
        )
        raise SettingsError(f"a setting has the wrong shape: {wrong}; .env.example lists them all") from None
