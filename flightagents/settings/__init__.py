"""Every setting, from `FLIGHTAGENTS_...` variables, a `.env` file or, for secrets, `..._FILE` paths."""

from flightagents.settings.all import Settings, load
from flightagents.settings.base import PREFIX
from flightagents.settings.choices import (
    ConsentBasis,
    DeliveryMode,
    KafkaSecurity,
    LogFormat,
    PartitionBy,
    SaslMechanism,
    SmtpTls,
    Topics,
)
from flightagents.settings.logs import log_format
from flightagents.settings.storage import MongoTls
from flightagents.settings.stream_access import KafkaAccess
from flightagents.settings.typos import unknown_variables
from flightagents.settings.web import SHORTEST_KEY

__all__ = [
    "PREFIX",
    "SHORTEST_KEY",
    "ConsentBasis",
    "DeliveryMode",
    "KafkaAccess",
    "KafkaSecurity",
    "LogFormat",
    "MongoTls",
    "PartitionBy",
    "SaslMechanism",
    "Settings",
    "SmtpTls",
    "Topics",
    "load",
    "log_format",
    "unknown_variables",
]
