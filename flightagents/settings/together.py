"""Which settings need each other: one without the other would quietly switch something off, or let in."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flightagents.settings.mistakes import must_be, variable_of

if TYPE_CHECKING:
    from flightagents.settings.all import Settings

_NEEDS = {
    "smtp_host": ("mail_from",),
    "mail_from": ("smtp_host",),
    "smtp_username": ("smtp_password",),
    "smtp_password": ("smtp_username",),
    "twilio_account_sid": ("twilio_auth_token",),
    "twilio_auth_token": ("twilio_account_sid",),
    "twilio_from": ("twilio_account_sid", "twilio_auth_token"),
    "twilio_messaging_service_sid": ("twilio_account_sid", "twilio_auth_token"),
    "web_user_header": ("web_proxies",),
}
"""What has to be set too where a setting is."""


def missing_partners(settings: "Settings") -> Iterator[str]:
    """Say what is missing, once of each field."""
    fields, told = type(settings).model_fields, set()
    for name, needed in _NEEDS.items():
        for other in needed:
            if getattr(settings, name) and not getattr(settings, other) and other not in told:
                told.add(other)
                yield must_be(other, fields[other], where=f" where {variable_of(name)} is set")
    senders = ("twilio_from", "twilio_messaging_service_sid")
    if settings.twilio_account_sid and not any(getattr(settings, each) for each in senders):
        where = f" where {variable_of('twilio_account_sid')} is set, or {variable_of(senders[1])}"
        yield must_be("twilio_from", fields["twilio_from"], where=where)
    if settings.web_user_header and any(each.prefixlen == 0 for each in settings.trusted_proxies):
        where = f" where {variable_of('web_user_header')} is set"
        detail = "all would be believed: name the proxies"
        yield must_be("web_proxies", fields["web_proxies"], where=where, detail=detail)
