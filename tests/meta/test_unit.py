"""The systemd unit, read: nobody has run it, so what reading can tell is held."""

import re

from flightagents.refused_start import WRONG_SETTING
from tests.meta.repository import VARIABLE, known_variables, text

UNIT = text("deploy/flightagents@.service")
OPERATIONS = text("docs/operations.md")
ORDERLY_SECONDS = 20
"""The watchdog gives a worker so long to end in order."""


def value(name: str) -> str:
    found = re.search(rf"^{name}=(.+)$", UNIT, re.MULTILINE)
    assert found, name
    return found[1]


def test_each_setting_that_it_names_exists() -> None:
    assert set(VARIABLE.findall(UNIT)) <= known_variables()


def test_what_it_starts_and_reads_is_where_the_instructions_put_it() -> None:
    for name in ("ExecStart", "EnvironmentFile", "WorkingDirectory"):
        assert value(name).split()[0] in OPERATIONS


def test_a_wrong_setting_alone_is_not_tried_again() -> None:
    assert value("Restart") == "always"
    assert value("RestartPreventExitStatus") == str(WRONG_SETTING)


def test_a_worker_has_time_to_end_in_order() -> None:
    assert int(value("TimeoutStopSec")) > 2 * ORDERLY_SECONDS
