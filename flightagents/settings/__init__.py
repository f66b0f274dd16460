"""Every setting, from `FLIGHTAGENTS_...` variables, a `.env` file or, for secrets, `..._FILE` paths."""

from flightagents.settings.all import Settings, load
from flightagents.settings.base import PREFIX
from flightagents.settings.choices import (
    ConsentBasis,
    DeliveryMode,
    LogFormat,
    PartitionBy,
    SmtpTls,
    Topics,
)
from flightagents.settings.logs import log_format
from flightagents.settings.web import SHORTEST_KEY

__all__ = [
    "PREFIX",
    "SHORTEST_KEY",
    "ConsentBasis",
    "DeliveryMode",
    "LogFormat",
    "PartitionBy",
    "Settings",
    "SmtpTls",
    "Topics",
    "load",
    "log_format",
]
