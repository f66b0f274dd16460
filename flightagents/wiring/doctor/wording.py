"""How a finding is made, and what the settings themselves give to find."""

from collections.abc import Sequence

from flightagents.handlers.doctor import Finding, Verdict
from flightagents.settings import Settings, unknown_variables
from flightagents.wiring.manner import what_is_off


def well(check: str, what: str) -> list[Finding]:
    """Say that nothing has to be done."""
    return [Finding(check, Verdict.OK, what)]


def warned(check: str, what: str, do: str) -> list[Finding]:
    """Say what works, but not as it should."""
    return [Finding(check, Verdict.WARNING, what, do)]


def failed(check: str, what: str, do: str) -> list[Finding]:
    """Say what does not work."""
    return [Finding(check, Verdict.FAILED, what, do)]


async def settings_found(settings: Settings) -> Sequence[Finding]:
    """Say what is off, and what was mistyped; what is wrong has ended the command before."""
    found = well("settings", "they can be read")
    for unknown in unknown_variables():
        found += warned("settings", str(unknown), "Correct its name, or remove it.")
    for off in what_is_off(settings):
        found += warned("settings", off, "Set it, if you want it.")
    return found
