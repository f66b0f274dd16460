"""How many flights are wrong, as the page Now writes it."""

import pytest

from flightagents.domain.users import Principal, Role
from flightagents.web.access.gate import Visitor
from flightagents.web.staff.now import NowPage
from tests.support.agency import Agency
from tests.support.website import Quiet, Website


class Day(Quiet):
    """A day of which not everything may be shown."""

    def __init__(self, *, cut: bool) -> None:
        self.cut = cut


@pytest.mark.parametrize(("cut", "count"), [(False, "0"), (True, "0+")])
async def test_a_count_says_when_there_are_more(cut: bool, count: str) -> None:
    day, frame = Day(cut=cut), Website(Agency()).site.frame
    page = NowPage(lambda: day, lambda: frame)
    visitor = Visitor(Principal("ben", Role.AGENT), "")
    rows = {row.key: row.html for row in await page.listing({"show": "all"}, visitor).make()}
    assert f">{count}</span>" in rows["#all"]
    assert ">0</span>" in rows["#ours"]
