"""Settings of the web server and of who may log in."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from flightagents.domain.users import Role
from flightagents.settings.base import Group, Port, Shape
from flightagents.settings.written import Host, Url, each_part, matches

SHORTEST_KEY = 32
"""Characters of the key that signs: fewer can be tried out."""


def _signing_key(key: SecretStr) -> SecretStr:
    if len(key.get_secret_value()) < SHORTEST_KEY:
        raise ValueError("who guesses it logs in as anybody")
    return key


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(each) for each in filter(None, map(str.strip, text.split(","))))


class WebSettings(Group):
    """Where the pages are, and who is let in."""

    public_url: Url | None = Field(
        None,
        description="address of this web server as travellers reach it",
        examples=["https://alerts.agency.example"],
    )
    secret_key: (
        Annotated[SecretStr, AfterValidator(_signing_key), Shape(f"at least {SHORTEST_KEY} characters")]
        | None
    ) = Field(
        None,
        description="signs links and logins: 32 characters or more; without it the database keeps one",
        examples=["what python -c 'import secrets; print(secrets.token_urlsafe(32))' prints"],
    )
    web_host: Host = Field("localhost", description="address that Faust's web server binds to")
    web_port: Port = Field(6066, description="port of Faust's web server")
    web_allowed_hosts: Annotated[
        str, matches(r"[\w\s.,-]*"), Shape("names of hosts without port, separated by commas")
    ] = Field(
        "",
        description="further names by which browsers reach the staff page, without port: flights.office,desk",
        examples=["flights.office,desk"],
    )
    web_proxies: Annotated[
        str, each_part(_networks, ",", whole=False), Shape("addresses or networks, separated by commas")
    ] = Field(
        "",
        description="addresses of trusted proxies before it, such as 10.0.0.5,10.1.0.0/16; empty: none",
        examples=["10.0.0.5,10.1.0.0/16"],
    )
    web_user_header: Annotated[str, matches(r"[A-Za-z0-9-]*"), Shape("the name of a header")] = Field(
        "",
        description="header in which such a proxy names who has logged in, such as X-Forwarded-User",
        examples=["X-Forwarded-User"],
    )
    web_proxied_role: Role = Field(
        Role.VIEWER, description="viewer, agent or admin: the role of whom a proxy names and no user is here"
    )

    @property
    def trusted_proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """`web_proxies` as networks."""
        return _networks(self.web_proxies)
