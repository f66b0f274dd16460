"""/rules: which staff hear of what, edited by admins, and tried on the past before it is saved."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.acts import About, Did, Thing
from flightagents.domain.back_test import BackTest
from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Kind, Severity
from flightagents.domain.kept_rules import KeptRule
from flightagents.domain.office_hours import OfficeHours
from flightagents.domain.rules import Recipient, RuleReason, StaffRule
from flightagents.errors import HistoryOutageError
from flightagents.handlers.back_test import BackTestRule
from flightagents.handlers.keep_rules import NEW
from flightagents.handlers.staff_rules import RuleDraft
from flightagents.store.audit import MongoAudit
from flightagents.store.rules import MongoStaffRules
from flightagents.web.access.gate import FORM_FIELD
from flightagents.web.staff.rule_words import LEAST, SILENT, filters, hours
from flightagents.wiring import keep_rules_of
from tests.support.office import StaffSite, staff_site
from tests.support.rows import MINUTE, NOON, row
from tests.support.staff import OPS, OPS_PHONE, rule
from tests.support.website import form_token

mongodb = pytest.mark.mongodb
OPS_RULE = RuleDraft(name="ops", to=f"{OPS}\n{OPS_PHONE}", airports="LHR", kinds="cancelled")


# Words


def test_every_reason_to_be_silent_and_every_severity_has_words() -> None:
    assert set(SILENT) == set(RuleReason) - {RuleReason.MATCHES}
    assert set(LEAST) == set(Severity)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (rule(), ["minor and worse"]),
        (rule(airports=("LHR",), airlines=("BA", "AA", "IB")), ["at LHR", "flown or sold by BA, AA or IB"]),
        (rule(kinds=(Kind.CANCELLED, Kind.LANDED), min_severity=Severity.INFO), ["cancelled; landed"]),
        (rule(min_severity=Severity.INFO), ["everything, gates and times as well"]),
    ],
)
def test_filters_in_words(made: StaffRule, said: list[str]) -> None:
    assert filters(made)[: len(said)] == said


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (OfficeHours(), "always"),
        (OfficeHours.parse("06:00-22:00", "mon-fri"), "Mon to Fri, 06:00 to 22:00"),
        (OfficeHours.parse("", "sat,sun"), "Sat, Sun"),
        (OfficeHours.parse("", "mon,wed,sun"), "Mon, Wed, Sun"),
    ],
)
def test_hours_in_words(when: OfficeHours, said: str) -> None:
    assert hours(when) == said


# The pages


class Around:
    """A site, and whoever has logged in."""

    def __init__(self, site: StaffSite) -> None:
        self.site = site
        self.rules = MongoStaffRules(site.database)

    async def keep(self, draft: RuleDraft = OPS_RULE, seen: int = NEW) -> KeptRule:
        return await keep_rules_of(self.site.world).save(draft, by="ada", seen=seen)

    async def get(self, path: str = "/rules") -> tuple[int, str]:
        answer = await self.site.client.get(path, headers={"Accept": "text/html"})
        return answer.status, await answer.text()

    async def post(self, act: str, *, kinds: tuple[str, ...] = (), **form: str) -> tuple[int, str]:
        token = form_token((await self.get())[1])
        data = [(FORM_FIELD, token), ("seen", "0"), *(("kinds", kind) for kind in kinds)]
        data = [*((name, value) for name, value in data if name not in form), *form.items()]
        headers = {"Origin": self.site.url, "Accept": "text/html"}
        answer = await self.site.client.post(f"/rules/{act}", data=data, headers=headers)
        return answer.status, await answer.text()

    async def log(self, name: str) -> list[tuple[str, Did]]:
        page = await MongoAudit(self.site.database).read(about=About(Thing.RULE, name))
        return [(act.by, act.did) for act in page.rows]


@pytest.fixture
async def around(database: AsyncIOMotorDatabase[dict[str, object]], mongodb: str) -> AsyncIterator[Around]:
    async with staff_site(database, mongodb) as site:
        await site.log_in("ada")
        yield Around(site)


@mongodb
async def test_where_there_is_no_rule_it_says_what_to_do(around: Around) -> None:
    status, page = await around.get()
    assert (status, "No rule yet" in page, 'href="/rules/new"' in page) == (200, True, True)


@mongodb
async def test_rules_are_listed_and_addresses_are_for_agents(around: Around) -> None:
    await around.keep()
    for name, sees, edits in (("ada", True, True), ("ben", True, False), ("vera", False, False)):
        await around.site.log_in(name)
        _, page = await around.get()
        assert all(words in page for words in ("ops", "at LHR", "cancelled", "always", "by ada"))
        assert (OPS in page, OPS_PHONE in page, "2 addresses" in page) == (sees, sees, not sees)
        assert ("/rules/edit/ops" in page, "/rules/new" in page) == (edits, edits)


@mongodb
@pytest.mark.parametrize("name", ["ben", "vera"])
async def test_only_an_admin_edits_and_tries(around: Around, name: str) -> None:
    await around.keep()
    await around.site.log_in(name)
    assert [(await around.get(f"/rules/{path}"))[0] for path in ("new", "edit/ops")] == [403, 403]
    for act in ("save", "remove", "try"):
        assert (await around.post(act, name="ops", to=OPS, seen="1"))[0] == 403
    assert len(await around.rules.kept()) == 1


@mongodb
async def test_a_rule_is_added_and_logged(around: Around) -> None:
    status, page = await around.post(
        "save", name="Night", to=OPS, kinds=("cancelled", "diverted"), hours="22:00-06:00", days="sat,sun"
    )
    assert (status, "The rule night is in force." in page) == (200, True)
    (kept,) = await around.rules.kept()
    assert kept.rule == StaffRule(
        name="night",
        to=(Recipient(Channel.EMAIL, OPS),),
        kinds=(Kind.CANCELLED, Kind.DIVERTED),
        min_severity=Severity.INFO,
        hours=OfficeHours.parse("22:00-06:00", "sat,sun"),
    )
    assert (kept.version, kept.updated_by) == (1, "ada")
    assert await around.log("night") == [("ada", Did.ADDED)]


@mongodb
async def test_the_form_of_a_rule_shows_it_and_saves_it_unchanged(around: Around) -> None:
    kept = await around.keep()
    around.site.clock.move(MINUTE)
    _, page = await around.get("/rules/edit/OPS")
    assert 'value="cancelled" checked' in page
    assert 'value="landed" checked' not in page
    assert f"\n{OPS}\n{OPS_PHONE}</textarea>" in page
    await around.post(
        "save", name="ops", to=f"{OPS}\r\n{OPS_PHONE}", airports="LHR", kinds=("cancelled",), seen="1"
    )
    (saved,) = await around.rules.kept()
    assert (saved.rule, saved.version) == (kept.rule, 2)
    assert await around.log("ops") == [("ada", Did.CHANGED), ("ada", Did.ADDED)]


@mongodb
async def test_each_wrong_field_says_how_to_write_it_and_nothing_is_lost(around: Around) -> None:
    status, page = await around.post(
        "save", name="<b>", to="nobody", airports="Heathrow", kinds=("landed",), hours="9-5", days="someday"
    )
    assert status == 400
    for words in ("up to 40 letters", "address 1:", "such as JFK", "write them as 06:00", "mon-fri or sat"):
        assert words in page
    assert page.count('aria-invalid="true"') == 5
    assert ('value="&lt;b&gt;"' in page, "<b>" in page) == (True, False)
    assert ('value="landed" checked' in page, 'value="Heathrow"' in page) == (True, True)
    assert await around.rules.kept() == []


@mongodb
@pytest.mark.parametrize("act", ["save", "remove"])
async def test_who_has_seen_an_older_version_overwrites_nothing(around: Around, act: str) -> None:
    await around.keep()
    kept = await around.keep(replace(OPS_RULE, airports="JFK"), seen=1)
    status, page = await around.post(act, name="ops", to=OPS, airports="MAD", seen="1")
    assert (status, "Somebody has changed or removed this rule" in page) == (409, True)
    assert ('href="/rules/edit/ops"' in page, 'value="MAD"' in page) == (True, True)
    assert await around.rules.kept() == [kept]


@mongodb
async def test_a_rule_is_removed_and_logged(around: Around) -> None:
    await around.keep()
    around.site.clock.move(MINUTE)
    _, page = await around.post("remove", name="ops", seen="1")
    assert "The rule ops is removed." in page
    assert await around.rules.kept() == []
    assert (await around.log("ops"))[0] == ("ada", Did.REMOVED)
    assert (await around.get("/rules/edit/ops"))[0] == 404


@mongodb
@pytest.mark.parametrize("name", ["nobody", "$ne", "..%2F..%2Fetc", "%00", "x" * 3000])
async def test_an_unknown_rule_is_not_found(around: Around, name: str) -> None:
    assert (await around.get(f"/rules/edit/{name}"))[0] == 404


@mongodb
@pytest.mark.parametrize("seen", ["", "-1", "x", "9" * 30, "٣"])
async def test_a_version_that_is_none_is_refused(around: Around, seen: str) -> None:
    assert (await around.post("save", name="ops", to=OPS, seen=seen))[0] == 400
    assert await around.rules.kept() == []


@mongodb
async def test_hostile_fields_are_text(around: Around) -> None:
    status, _ = await around.post("save", name="ops", to=OPS, airports="$ne", kinds=("$where", "\0"))
    assert status == 400
    assert (await around.post("save", name="ops", to=OPS, airlines="B" * 3000))[0] == 400
    assert await around.rules.kept() == []


@mongodb
async def test_without_the_form_s_token_nothing_happens(around: Around) -> None:
    answer = await around.site.client.post(
        "/rules/save", data={"name": "ops", "to": OPS, "seen": "0"}, headers={"Origin": around.site.url}
    )
    assert (answer.status, await around.rules.kept()) == (403, [])


# Tried on the past


async def disrupt(around: Around) -> None:
    """BA117 is cancelled two hours before it leaves, and that is confirmed; BA200 is fine."""
    site = around.site
    await site.see(row(), row("BA200", route="LHR-MAD"))
    for look in (10, 12):
        await site.see(row(status="cancelled"), row("BA200", route="LHR-MAD"), at=NOON + look * MINUTE)
    site.clock.time = NOON + timedelta(hours=2)


@mongodb
async def test_a_rule_is_tried_before_it_is_saved(around: Around) -> None:
    await disrupt(around)
    status, page = await around.post("try", name="new", to=f"{OPS},boss@agency.example", span="1")
    assert status == 200
    assert "this rule would have sent 2 messages to 2 people" in page
    assert "before departure." in page
    assert "cancelled, seen once" in page
    assert 'href="/flights/BA117%7C2026-11-22%7CLHR%7CJFK"' in page
    assert "Messages by the hour of the day" in page
    assert await around.rules.kept() == []
    assert await around.log("new") == []


@mongodb
async def test_what_a_rule_would_not_have_told_has_its_reason(around: Around) -> None:
    await disrupt(around)
    _, page = await around.post("try", name="new", to=OPS, hours="01:00-02:00")
    assert "this rule would have sent nothing" in page
    assert "outside of its hours" in page


@mongodb
async def test_without_history_that_is_said(around: Around) -> None:
    assert "There is no history of flights" in (await around.post("try", name="new", to=OPS))[1]


@mongodb
async def test_a_wrong_rule_or_span_is_not_tried(around: Around) -> None:
    status, page = await around.post("try", name="new", to="")
    assert (status, "at least one email address" in page) == (400, True)
    for span in ("365", "-1", "x", ""):
        assert (await around.post("try", name="new", to=OPS, span=span))[0] == 400


class Slow:
    """A back-test that runs until it is let go, or fails."""

    def __init__(self) -> None:
        self.runs, self.go_on, self.fails = asyncio.Event(), asyncio.Event(), False

    async def __call__(self, _rule: StaffRule, _length: timedelta) -> BackTest:
        if self.fails:
            raise HistoryOutageError
        self.runs.set()
        await self.go_on.wait()
        raise HistoryOutageError


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    found = Slow()
    monkeypatch.setattr(BackTestRule, "__call__", lambda _self, rule, length: found(rule, length))
    return found


@mongodb
async def test_each_tries_one_at_a_time(around: Around, slow: Slow) -> None:
    first = asyncio.create_task(around.post("try", name="new", to=OPS))
    await slow.runs.wait()
    status, page = await around.post("try", name="new", to=OPS)
    assert (status, "still running" in page, OPS in page) == (429, True, True)
    slow.go_on.set()
    assert (await first)[0] == 503
    assert (await around.post("try", name="new", to=OPS))[0] == 503


@mongodb
async def test_where_the_database_goes_away_that_is_said(around: Around, slow: Slow) -> None:
    slow.fails = True
    status, page = await around.post("try", name="new", to=OPS)
    assert (status, "The database went away" in page, OPS in page) == (503, True, True)
