"""Settings of the mail server and of Twilio."""

from typing import Annotated

from pydantic import Field

from flightagents.settings.base import Count, Group, Line, Port, SecretLine, Shape
from flightagents.settings.choices import SmtpTls
from flightagents.settings.written import Host, MailAddress, Url, matches

_Sid = Annotated[str, matches(r"[A-Z]{2}[0-9a-fA-F]{32}"), Shape("two letters and 32 hexadecimal digits")]
_SmsSender = Annotated[
    str,
    matches(r"\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +&_-]{1,11}"),
    Shape("a phone number with +, a short code, or a name of up to 11 letters"),
]


class ChannelSettings(Group):
    """How messages leave."""

    smtp_host: Host | None = Field(
        None, description="mail server; without it email is off", examples=["smtp.agency.example"]
    )
    smtp_port: Port = Field(587, description="port of the mail server")
    smtp_tls: SmtpTls = Field(SmtpTls.STARTTLS, description="starttls, tls (from the first byte) or none")
    smtp_username: Line | None = Field(
        None, description="login at the mail server", examples=["alerts@agency.example"]
    )
    smtp_password: SecretLine | None = Field(
        None, description="its password", examples=["correct horse battery staple"]
    )
    smtp_connections: Count = Field(
        8, description="connections to the mail server at a time; some providers allow three"
    )
    mail_from: MailAddress | None = Field(
        None,
        description="sender of our emails; without it email is off",
        examples=["alerts@agency.example"],
    )
    reply_to: MailAddress | None = Field(
        None,
        description="where answers to our emails go; empty: to their sender, where bounces arrive",
        examples=["desk@agency.example"],
    )
    twilio_account_sid: _Sid | None = Field(
        None,
        description="Twilio account; without it SMS is off",
        examples=["AC0123456789abcdef0123456789abcdef"],
    )
    twilio_auth_token: SecretLine | None = Field(
        None, description="its token", examples=["0123456789abcdef0123456789abcdef"]
    )
    twilio_from: _SmsSender | None = Field(
        None, description="number that SMS come from", examples=["+12025550199"]
    )
    twilio_messaging_service_sid: _Sid | None = Field(
        None,
        description="or the Twilio service that chooses one",
        examples=["MG0123456789abcdef0123456789abcdef"],
    )
    twilio_url: Url = Field("https://api.twilio.com", description="base address of Twilio's API")

    @property
    def can_email(self) -> bool:
        """Whether the settings of email are there."""
        return bool(self.smtp_host and self.mail_from)

    @property
    def can_sms(self) -> bool:
        """Whether the settings of SMS are there."""
        sender = self.twilio_from or self.twilio_messaging_service_sid
        return bool(self.twilio_account_sid and self.twilio_auth_token and sender)
