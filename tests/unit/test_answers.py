"""Every refusal that a page can meet has a title of its own."""

import re
from pathlib import Path

from aiohttp import web

from flightagents.web import answers

HERE = Path(answers.__file__).parent
BY_AIOHTTP = {404, 405, 413}
"""Refused before anything of ours is asked."""


def raised() -> set[int]:
    names = {
        name for file in HERE.rglob("*.py") for name in re.findall(r"\bweb\.(HTTP\w+)", file.read_text())
    }
    return {status for name in names if (status := getattr(web, name).status_code) >= 400} | BY_AIOHTTP


def test_no_refusal_reads_as_a_failure_of_ours() -> None:
    assert 415 in raised()
    assert raised() - set(answers._SAID) == set()
