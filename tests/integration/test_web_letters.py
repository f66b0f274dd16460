"""/dead-letters: what could not be read is found, looked at, corrected, replayed or dismissed."""

import json
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.acts import About, Did, Thing
from flightagents.errors import BrokerOutageError
from flightagents.handlers.mend_letters import Effect, Outcome
from flightagents.ports import LetterState
from flightagents.records import FLIGHT_TOPIC, DeadLetter, DeadLetterSource, dead_letter
from flightagents.store.audit import MongoAudit
from flightagents.store.dead_letters import MongoDeadLetters
from flightagents.store.letters import MongoLetters
from flightagents.web.access.gate import FORM_FIELD
from flightagents.web.staff import letters as pages
from flightagents.web.staff.letter_words import EFFECTS, OUTCOMES
from tests.support.office import StaffSite, staff_site
from tests.support.rows import MINUTE, NOON, row
from tests.support.website import form_token

pytestmark = pytest.mark.mongodb
NO_AIRPORT = row(departure={"iata": None, "icao": None})


def of_feed(number: int, raw: object = NO_AIRPORT, reason: str = "no_airport") -> DeadLetter:
    place = {"run": number, "query": "dep_iata=LHR", "offset": 0, "row": 3}
    return dead_letter(
        reason,
        f"wrong no. {number}",
        raw=json.dumps(raw).encode(),
        source=DeadLetterSource.FEED,
        place=place,
        at=NOON + number * MINUTE,
    )


OF_TOPIC = dead_letter(
    "wrong_shape",
    "not a flight: Anna Berg",
    raw=b'{"who": "Anna Berg"}',
    source=DeadLetterSource.TOPIC,
    place={"topic": FLIGHT_TOPIC, "partition": 0, "offset": 7},
    at=NOON - MINUTE,
)


class Around:
    """A site with letters, and whoever has logged in."""

    def __init__(self, site: StaffSite) -> None:
        self.site = site
        self.letters = MongoLetters(site.database)

    async def keep(self, *letters: DeadLetter) -> None:
        await MongoDeadLetters(self.site.database).store(list(letters))

    async def get(self, path: str = "/dead-letters") -> tuple[int, str]:
        answer = await self.site.client.get(path, headers={"Accept": "text/html"})
        return answer.status, await answer.text()

    async def post(self, path: str, *letters: DeadLetter, **form: str) -> tuple[int, str]:
        token = form_token((await self.get())[1])
        data = [(FORM_FIELD, token), *form.items(), *(("letter", each.id) for each in letters)]
        headers = {"Origin": self.site.url, "Accept": "text/html"}
        answer = await self.site.client.post(path, data=data, headers=headers)
        return answer.status, await answer.text()

    async def state(self, letter: DeadLetter) -> LetterState:
        kept = await self.letters.get(letter.id)
        assert kept is not None
        return kept.state

    async def log(self, letter: DeadLetter) -> list[tuple[str, Did]]:
        about = About(Thing.DEAD_LETTER, letter.id)
        page = await MongoAudit(self.site.database).read(about=about)
        return [(act.by, act.did) for act in page.rows]

    @property
    def published(self) -> int:
        return len(self.site.publisher.on(FLIGHT_TOPIC))


def address(letter: DeadLetter, act: str = "") -> str:
    return f"/dead-letters/{quote(letter.id, safe='')}{f'/{act}' if act else ''}"


@pytest.fixture
async def around(database: AsyncIOMotorDatabase[dict[str, object]], mongodb: str) -> AsyncIterator[Around]:
    async with staff_site(database, mongodb) as site:
        await site.log_in("ada")
        yield Around(site)


def test_every_effect_and_outcome_has_words() -> None:
    assert set(EFFECTS) == {each.value for each in Effect}
    assert set(OUTCOMES) == {each.value for each in Outcome}


# The list


async def test_where_everything_could_be_read_it_says_so(around: Around) -> None:
    status, page = await around.get()
    assert (status, "There are no dead letters." in page) == (200, True)


async def test_new_letters_are_listed_newest_first_with_counts_by_reason(around: Around) -> None:
    await around.keep(of_feed(1), of_feed(2), of_feed(3, reason="bad_time"))
    await around.letters.mark(of_feed(1).id, LetterState.DISMISSED, by="ben", at=NOON, note="old")
    _, page = await around.get()
    assert page.index("wrong no. 3") < page.index("wrong no. 2")
    assert "wrong no. 1" not in page
    assert '<a href="/dead-letters?reason=no_airport&amp;state=dismissed">1</a>' in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?reason=bad_time", "3"),
        ("?state=dismissed", "1"),
        ("?state=all", "123"),
        ("?state=all&reason=no_airport", "12"),
        ("?reason=$ne", ""),
        ("?reason[$ne]=x&state=all", "123"),
    ],
)
async def test_filters(around: Around, query: str, shown: str) -> None:
    await around.keep(of_feed(1), of_feed(2), of_feed(3, reason="bad_time"))
    await around.letters.mark(of_feed(1).id, LetterState.DISMISSED, by="ben", at=NOON, note="old")
    _, page = await around.get(f"/dead-letters{query}")
    assert [number for number in "123" if f"wrong no. {number}" in page] == list(shown)


@pytest.mark.parametrize("query", ["state=gone", f"reason={'x' * 101}", "after=x", "before=%00", "after=W10"])
async def test_a_bad_address_is_refused_in_words(around: Around, query: str) -> None:
    assert (await around.get(f"/dead-letters?{query}"))[0] == 400


async def test_pages_follow_each_other_both_ways(around: Around, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "ON_A_PAGE", 2)
    await around.keep(*(of_feed(number) for number in range(1, 4)))
    _, first = await around.get()
    after = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    _, second = await around.get(after)
    assert ("wrong no. 3" in first, "wrong no. 1" in first) == (True, False)
    assert ("wrong no. 3" in second, "wrong no. 1" in second) == (False, True)
    before = second.partition('rel="prev" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "wrong no. 3" in (await around.get(before))[1]


async def test_the_live_list_has_the_rows_of_the_page(around: Around) -> None:
    await around.keep(of_feed(1), OF_TOPIC)
    _, page = await around.get()
    answer = await around.site.client.get("/live/letters?state=new")
    found: dict[str, dict[str, str]] = {}
    async for line in answer.content:
        if line.startswith(b"data: {") and b"order" in line and OF_TOPIC.id.encode() in line:
            found = json.loads(line[6:])
            break
    answer.close()
    assert list(found["order"]) == [of_feed(1).id, OF_TOPIC.id]
    assert all(html in page for html in found["rows"].values())


async def test_what_a_message_holds_is_not_for_viewers(around: Around) -> None:
    await around.keep(OF_TOPIC, of_feed(1))
    await around.letters.mark(of_feed(1).id, LetterState.DISMISSED, by="ben", at=NOON, note="Berg called")
    for name, sees in (("ada", True), ("ben", True), ("vera", False)):
        await around.site.log_in(name)
        assert ("Anna Berg" in (await around.get("/dead-letters?state=all"))[1]) is sees
        status, page = await around.get(address(OF_TOPIC))
        assert (status, "Anna Berg" in page) == (200, sees)
        _, page = await around.get(address(of_feed(1)))
        assert ("Berg called" in page, "London Heathrow" in page, "wrong no. 1" in page) == (sees, sees, True)


# One letter


async def test_an_unknown_letter_is_not_found(around: Around) -> None:
    for key in ("x", "..%2F..%2Fetc", "%00", "$ne", "y" * 3000):
        assert (await around.get(f"/dead-letters/{key}"))[0] == 404


async def test_html_in_an_original_stays_text(around: Around) -> None:
    letter = of_feed(1, {"flight": "<script>alert(1)</script></textarea><b>"})
    await around.keep(letter)
    _, page = await around.get(address(letter))
    assert "alert(1)" in page
    assert "<script>alert" not in page
    assert "</textarea><b>" not in page


async def test_a_check_names_the_field_and_changes_nothing(around: Around) -> None:
    letter = of_feed(1)
    await around.keep(letter)
    status, page = await around.post(address(letter, "check"), text=json.dumps(row(departs="25:61")))
    assert (status, "It still cannot be read" in page, "25:61" in page) == (200, True, True)
    assert "Replay</button>" not in page
    _, page = await around.post(address(letter, "check"), text=json.dumps(row(delay=90)))
    assert "It can be read" in page
    assert ">first seen</span>" in page
    assert "Replay</button>" in page
    assert (around.published, await around.state(letter)) == (0, LetterState.NEW)


async def checked(around: Around, letter: DeadLetter, text: str) -> str:
    """Check a text, and give what the form says of it."""
    _, page = await around.post(address(letter, "check"), text=text)
    return page.partition('name="checked" value="')[2].partition('"')[0]


async def test_a_correction_that_was_checked_is_replayed_and_logged(around: Around) -> None:
    letter, text = of_feed(1), json.dumps(row(), indent=2)
    await around.keep(letter)
    seen = await checked(around, letter, text)
    # A browser ends lines with two characters.
    browsers = text.replace("\n", "\r\n")
    status, page = await around.post(address(letter, "replay"), text=browsers, checked=seen)
    assert (status, "1 letter: 1 replayed." in page, "corrected" in page) == (200, True, True)
    assert (around.published, await around.state(letter)) == (1, LetterState.REPLAYED)
    assert await around.log(letter) == [("ada", Did.REPLAYED)]


async def test_what_was_changed_after_the_check_is_checked_again(around: Around) -> None:
    letter = of_feed(1)
    await around.keep(letter)
    seen = await checked(around, letter, json.dumps(row()))
    _, page = await around.post(address(letter, "replay"), text=json.dumps(row(delay=90)), checked=seen)
    assert "It can be read" in page
    assert (around.published, await around.state(letter)) == (0, LetterState.NEW)


async def test_a_letter_that_can_be_read_by_now_is_replayed_as_it_was(around: Around) -> None:
    letter = of_feed(1, row())
    await around.keep(letter)
    _, page = await around.get(address(letter))
    assert "can be read by now" in page
    seen = await checked(around, letter, "")
    await around.post(address(letter, "replay"), text="", checked=seen)
    kept = await around.letters.get(letter.id)
    assert kept is not None
    assert (kept.state, kept.note, around.published) == (LetterState.REPLAYED, "as it was", 1)


async def test_a_letter_is_dismissed_with_a_reason_once(around: Around) -> None:
    await around.keep(OF_TOPIC)
    _, page = await around.post(address(OF_TOPIC, "dismiss"), why="a <b>test</b> of theirs")
    assert "1 letter: 1 dismissed." in page
    assert "a &lt;b&gt;test&lt;/b&gt; of theirs" in page
    assert "Dismiss</button>" not in page
    _, page = await around.post(address(OF_TOPIC, "dismiss"), why="again")
    assert "1 replayed or dismissed before" in page
    assert await around.log(OF_TOPIC) == [("ada", Did.DISMISSED)]


@pytest.mark.parametrize("name", ["ben", "vera"])
async def test_only_an_admin_mends(around: Around, name: str) -> None:
    letter = of_feed(1, row())
    await around.keep(letter)
    await around.site.log_in(name)
    for path in ("/dead-letters", address(letter)):
        _, page = await around.get(path)
        assert "Read again" not in page
        assert "Dismiss</button>" not in page
        assert "<textarea" not in page
    paths = [address(letter, act) for act in ("check", "replay", "dismiss")]
    paths += [f"/dead-letters/{act}" for act in ("replay", "dismiss", "replay-all")]
    for path in paths:
        assert (await around.post(path, letter, reason="no_airport", why="x"))[0] == 403
    assert await around.state(letter) is LetterState.NEW


async def test_without_the_form_s_token_nothing_happens(around: Around) -> None:
    letter = of_feed(1, row())
    await around.keep(letter)
    answer = await around.site.client.post(
        "/dead-letters/replay", data={"letter": letter.id}, headers={"Origin": around.site.url}
    )
    assert (answer.status, around.published) == (403, 0)


async def test_where_kafka_takes_nothing_that_is_said_and_the_letter_stays_new(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise BrokerOutageError

    monkeypatch.setattr(around.site.publisher, "publish", refuse)
    letter = of_feed(1, row())
    await around.keep(letter)
    seen = await checked(around, letter, "")
    for path in (address(letter, "replay"), "/dead-letters/replay", "/dead-letters/replay-all"):
        status, page = await around.post(path, letter, checked=seen, reason="no_airport")
        assert (status, "Kafka takes nothing" in page) == (503, True)
    assert (await around.state(letter), await around.log(letter)) == (LetterState.NEW, [])


# Many


async def test_marked_letters_are_read_again_and_told_apart(around: Around) -> None:
    good, bad, gone = of_feed(1, row()), of_feed(2), of_feed(3)
    await around.keep(good, bad, gone)
    await around.letters.mark(gone.id, LetterState.DISMISSED, by="ben", at=NOON, note="")
    _, page = await around.post("/dead-letters/replay", good, bad, gone, back="/dead-letters?state=all")
    said = "3 letters: 1 replayed; 1 cannot be read yet (no airport); 1 replayed or dismissed before."
    assert said in page
    assert (around.published, await around.state(bad)) == (1, LetterState.NEW)


async def test_nothing_marked_is_said(around: Around) -> None:
    assert "Nothing was marked" in (await around.post("/dead-letters/dismiss", why="x"))[1]


async def test_more_than_a_page_at_once_is_refused(around: Around) -> None:
    many = [of_feed(number) for number in range(51)]
    assert (await around.post("/dead-letters/replay", *many))[0] == 400


async def test_all_of_a_reason_are_read_again(around: Around) -> None:
    await around.keep(*(of_feed(number, row()) for number in range(1, 4)), of_feed(9), OF_TOPIC)
    _, page = await around.post("/dead-letters/replay-all", reason="no_airport")
    assert "4 letters: 3 replayed; 1 cannot be read yet (no airport)." in page
    assert "Go on with the rest" not in page
    assert (around.published, await around.state(OF_TOPIC)) == (3, LetterState.NEW)
    assert (await around.post("/dead-letters/replay-all", reason=""))[0] == 400
    assert (await around.post("/dead-letters/replay-all", reason="no_airport", go_on="x"))[0] == 400


async def test_one_press_of_the_button_has_an_end_and_the_next_goes_on(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "AT_ONCE", 2)
    monkeypatch.setattr(pages, "MOST_AT_ONCE", 2)
    letters = [of_feed(number, row() if number > 2 else NO_AIRPORT) for number in range(1, 5)]
    await around.keep(*letters)
    _, page = await around.post("/dead-letters/replay-all", reason="no_airport")
    assert "2 letters: 2 cannot be read yet" in page
    go_on = page.partition('name="go_on" value="')[2].partition('"')[0]
    _, page = await around.post("/dead-letters/replay-all", reason="no_airport", go_on=go_on)
    assert "2 letters: 2 replayed." in page
    assert around.published == 2


async def test_it_also_ends_when_its_time_is_over(around: Around, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "AT_ONCE", 1)
    monkeypatch.setattr(pages, "SECONDS", 0)
    await around.keep(of_feed(1, row()), of_feed(2, row()))
    _, page = await around.post("/dead-letters/replay-all", reason="no_airport")
    assert ("1 letter: 1 replayed." in page, "Go on with the rest" in page) == (True, True)
