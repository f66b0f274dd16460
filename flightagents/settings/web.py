"""Settings of the web server and of who may log in."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from flightagents.domain.users import Role
from flightagents.settings.base import Group

SHORTEST_KEY = 32
"""Characters of the key that signs: fewer can be tried out."""


class WebSettings(Group):
    """Where the pages are, and who is let in."""

    public_url: str | None = Field(None, description="address of this web server as travellers reach it")
    secret_key: SecretStr | None = Field(
        None,
        description="signs links and logins: 32 characters or more; without it the database keeps one",
    )
    web_host: str = Field("localhost", description="address that Faust's web server binds to")
    web_port: int = Field(6066, ge=1, le=65535, description="port of Faust's web server")
    web_allowed_hosts: str = Field(
        "",
        pattern=r"^[\w\s.,-]*$",
        description="further names by which browsers reach the staff page, without port: flights.office,desk",
    )
    web_proxies: str = Field(
        "", description="addresses of trusted proxies before it, such as 10.0.0.5,10.1.0.0/16; empty: none"
    )
    web_user_header: str = Field(
        "", description="header in which such a proxy names who has logged in, such as X-Forwarded-User"
    )
    web_proxied_role: Role = Field(
        Role.VIEWER, description="viewer, agent or admin: the role of whom a proxy names and no user is here"
    )

    @field_validator("public_url")
    @classmethod
    def _address(cls, text: str | None) -> str | None:
        if text is not None and not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", text):
            raise ValueError("write an address such as https://alerts.example.com, with https:// before it")
        return text

    @field_validator("secret_key")
    @classmethod
    def _signing_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value()) < SHORTEST_KEY:
            raise ValueError(f"write at least {SHORTEST_KEY} characters: who guesses it logs in as anybody")
        return key

    @field_validator("web_proxies")
    @classmethod
    def _networks(cls, text: str) -> str:
        for each in filter(None, map(str.strip, text.split(","))):
            try:
                ip_network(each)
            except ValueError:
                raise ValueError(f"{each!r} is no address or network") from None
        return text

    @field_validator("web_user_header")
    @classmethod
    def _believed(cls, text: str, info: ValidationInfo) -> str:
        networks = map(str.strip, info.data.get("web_proxies", "").split(","))
        if text.strip() and any(ip_network(each).prefixlen == 0 for each in networks if each):
            raise ValueError("all would be believed: name the proxies in FLIGHTAGENTS_WEB_PROXIES")
        return text

    @property
    def trusted_proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """`web_proxies` as networks."""
        return tuple(ip_network(each) for each in filter(None, map(str.strip, self.web_proxies.split(","))))
