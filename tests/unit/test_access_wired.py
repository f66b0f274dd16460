"""What the settings make of the gate: by which names browsers reach us, and which pages are ours."""

from collections import defaultdict
from typing import Any, cast

import pytest

from flightagents.settings import Settings
from flightagents.wiring import World
from flightagents.wiring.access import access_of
from tests.support.fakes import SetClock


def world(**settings: str) -> World:
    anything = cast("Any", defaultdict(object))
    return World(
        Settings.model_validate(settings), SetClock(), anything, anything, anything, b"secret", anything
    )


def test_without_settings_this_machine_alone_has_a_name() -> None:
    access = access_of(world())
    assert [access.knows(host) for host in ("localhost:6066", "127.0.0.1:6066", "worker")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("host", ["flights.office:6066", "desk", "box.lan:6066", "alerts.agency.example"])
def test_names_that_the_settings_give_are_ours(host: str) -> None:
    access = access_of(
        world(
            web_allowed_hosts="Flights.office, desk",
            web_host="box.lan",
            public_url="https://Alerts.agency.example/flights/",
        )
    )
    assert access.knows(host)


def test_the_origin_of_the_public_address_is_ours_whatever_path_it_has() -> None:
    access = access_of(world(public_url="https://Alerts.agency.example:8443/flights/"))
    assert access.origins == {"https://alerts.agency.example:8443"}
