"""Settings of the mail server and of Twilio."""

from pydantic import Field, SecretStr

from flightagents.settings.base import Count, Group
from flightagents.settings.choices import SmtpTls


class ChannelSettings(Group):
    """How messages leave."""

    smtp_host: str | None = Field(None, description="mail server; without it email is off")
    smtp_port: int = Field(587, ge=1, le=65535, description="port of the mail server")
    smtp_tls: SmtpTls = Field(SmtpTls.STARTTLS, description="starttls, tls (from the first byte) or none")
    smtp_username: str | None = Field(None, description="login at the mail server")
    smtp_password: SecretStr | None = Field(None, description="its password")
    smtp_connections: Count = Field(
        8, description="connections to the mail server at a time; some providers allow three"
    )
    mail_from: str | None = Field(None, description="sender of our emails; without it email is off")
    reply_to: str | None = Field(
        None, description="where answers to our emails go; empty: to their sender, where bounces arrive"
    )
    twilio_account_sid: str | None = Field(None, description="Twilio account; without it SMS is off")
    twilio_auth_token: SecretStr | None = Field(None, description="its token")
    twilio_from: str | None = Field(None, description="number that SMS come from")
    twilio_messaging_service_sid: str | None = Field(
        None, description="or the Twilio service that chooses one"
    )
    twilio_url: str = Field("https://api.twilio.com", description="base address of Twilio's API")

    @property
    def can_email(self) -> bool:
        """Whether the settings of email are there."""
        return bool(self.smtp_host and self.mail_from)

    @property
    def can_sms(self) -> bool:
        """Whether the settings of SMS are there."""
        sender = self.twilio_from or self.twilio_messaging_service_sid
        return bool(self.twilio_account_sid and self.twilio_auth_token and sender)
