"""How we know of a consent is said in words, whoever wrote it down."""

import re
from pathlib import Path

import flightagents
from flightagents.web.staff.traveller_words import consent_source

HERE = Path(flightagents.__file__).parent
WRITTEN = re.compile(
    r"""(?:\bsource=
        |_by\(self\)\ ->\ str:\s+return\s
        |(?:_give|_withdraw)\)?\([^"\n]*
        |\.end\([^"\n]*
        )f?"([^"]+)\"""",
    re.VERBOSE,
)
"""Where a consent is noted or taken back, and the words for how we know."""


def sources() -> set[str]:
    """Give every one that the code writes, with "x" for a name."""
    texts = [file.read_text() for part in ("handlers", "web") for file in (HERE / part).rglob("*.py")]
    return {re.sub(r"\{[^}]*\}", "x", each) for text in texts for each in WRITTEN.findall(text)}


def test_every_source_that_is_written_has_words() -> None:
    known = {"service", "link", "one-click", "import:x", "staff:x", "phone:x", "sms:STOP", "sms:START"}
    assert known - sources() == set()
    assert [each for each in sources() if re.search(r":|^[a-z-]+$", consent_source(each))] == []


def test_who_heard_it_on_the_phone_is_named() -> None:
    assert consent_source("phone:ben") == "by phone, told to ben"
