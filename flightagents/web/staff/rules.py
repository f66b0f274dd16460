"""/rules: which staff hear of what; added, changed, removed, and tried on the past before they are saved."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from aiohttp import web
from multidict import MultiMapping

from flightagents.domain.back_test import BackTest
from flightagents.domain.changes import Kind, Severity
from flightagents.domain.kept_rules import KeptRule
from flightagents.domain.rules import StaffRule
from flightagents.domain.users import Role
from flightagents.domain.usual import Bar
from flightagents.errors import HistoryOutageError, RuleConflictError, RuleRefusedError
from flightagents.web import charts
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import VISITOR
from flightagents.web.forms import fields_of
from flightagents.web.staff.frame import Frame

PATH = "/rules"
FIELDS = ("name", "to", "airports", "airlines", "kinds", "min_severity", "hours", "days")
"""Of the form, and of a rule's draft."""
SPANS = {"1": "day", "7": "7 days", "28": "28 days"}
"""Days that a back-test looks back on."""
USUAL_SPAN = "7"
NEW = 0
"""The version that is seen of a rule that is not there yet."""


class RulesCalls(Protocol):
    """What the pages call. Fields are those of FIELDS, as somebody typed them."""

    async def all(self) -> Sequence[KeptRule]:
        """Give all rules, by name."""

    async def get(self, name: str) -> KeptRule | None:
        """Give the rule of a name. Raises ValueError for what is no name."""

    def fields_of(self, rule: StaffRule) -> Mapping[str, str]:
        """Give the fields that make a rule."""

    def read(self, fields: Mapping[str, str]) -> StaffRule:
        """Give the rule that fields make. Raises RuleRefusedError."""

    async def save(self, fields: Mapping[str, str], *, by: str, seen: int) -> KeptRule:
        """Put it in force in the place of the version seen. Raises RuleRefusedError, RuleConflictError."""

    async def remove(self, name: str, *, by: str, seen: int) -> None:
        """Remove the version that was seen. Raises ValueError, RuleConflictError."""

    async def back_test(self, rule: StaffRule, length: timedelta) -> BackTest:
        """Tell what a rule would have sent. Raises HistoryOutageError."""


class RulesPages:
    """The list, and the form of one rule. Addresses are shown to agents alone."""

    def __init__(self, calls: Callable[[], RulesCalls], frame: Callable[[], Frame]) -> None:
        self._calls = calls
        self._frame = frame
        self._trying: set[str] = set()
        """Whose back-test is running: each has one at a time, for it takes a share of the worker."""

    def mount(self, doors: Doors) -> None:
        """Add the routes."""
        doors.add("GET", PATH, self.show, Role.VIEWER)
        doors.add("GET", f"{PATH}/new", self.new, Role.ADMIN)
        doors.add("GET", f"{PATH}/edit/{{name}}", self.edit, Role.ADMIN)
        doors.add("POST", f"{PATH}/save", self.save, Role.ADMIN)
        doors.add("POST", f"{PATH}/remove", self.remove, Role.ADMIN)
        doors.add("POST", f"{PATH}/try", self.try_out, Role.ADMIN)

    async def show(self, request: web.Request) -> web.Response:
        """List all rules."""
        return self._frame().page(request, "rules.html", rules=await self._calls().all())

    async def new(self, request: web.Request) -> web.Response:
        """Show an empty form."""
        return self._form(request, dict.fromkeys(FIELDS, ""), seen=NEW)

    async def edit(self, request: web.Request) -> web.Response:
        """Show the form of a rule."""
        try:
            kept = await self._calls().get(request.match_info["name"])
        except ValueError:
            kept = None
        if kept is None:
            raise web.HTTPNotFound(text="There is no rule of this name (any more).")
        return self._form(request, self._calls().fields_of(kept.rule), seen=kept.version)

    async def save(self, request: web.Request) -> web.Response:
        """Put a rule in force."""
        form = await fields_of(request)
        fields, seen = _fields(form), _seen(form)
        try:
            kept = await self._calls().save(fields, by=request[VISITOR].principal.signed, seen=seen)
        except RuleRefusedError as exc:
            return self._form(request, fields, seen=seen, wrong=exc.fields, status=400)
        except RuleConflictError as exc:
            return self._form(request, fields, seen=seen, conflict=exc.name, status=409)
        return self._frame().go_to(PATH, f"The rule {kept.rule.name} is in force.")

    async def remove(self, request: web.Request) -> web.Response:
        """Remove a rule."""
        form = await fields_of(request)
        fields, seen = _fields(form), _seen(form)
        try:
            await self._calls().remove(fields["name"], by=request[VISITOR].principal.signed, seen=seen)
        except RuleConflictError as exc:
            return self._form(request, fields, seen=seen, conflict=exc.name, status=409)
        except ValueError as exc:
            return self._form(request, fields, seen=seen, wrong={"name": str(exc)}, status=400)
        return self._frame().go_to(PATH, f"The rule {fields['name']} is removed.")

    async def try_out(self, request: web.Request) -> web.Response:
        """Tell what the rule of a form, saved or not, would have sent. Nothing is sent or saved."""
        form = await fields_of(request)
        fields, seen, span = _fields(form), _seen(form), str(form.get("span", USUAL_SPAN))
        if span not in SPANS:
            raise web.HTTPBadRequest(text="a back-test looks at 1, 7 or 28 days")
        who = request[VISITOR].principal.name
        try:
            rule = self._calls().read(fields)
        except RuleRefusedError as exc:
            return self._form(request, fields, seen=seen, wrong=exc.fields, span=span, status=400)
        if who in self._trying:
            said = "Another back-test of yours is still running: wait until it has ended."
            return self._form(request, fields, seen=seen, span=span, failed=said, status=429)
        self._trying.add(who)
        try:
            found = await self._calls().back_test(rule, timedelta(days=int(span)))
        except HistoryOutageError:
            said = "The database went away while the history was read. Try again in a moment."
            return self._form(request, fields, seen=seen, span=span, failed=said, status=503)
        finally:
            self._trying.discard(who)
        return self._form(request, fields, seen=seen, span=span, found=found)

    def _form(
        self,
        request: web.Request,
        fields: Mapping[str, str],
        *,
        seen: int,
        wrong: Mapping[str, str] | None = None,
        conflict: str = "",
        failed: str = "",
        span: str = USUAL_SPAN,
        found: BackTest | None = None,
        status: int = 200,
    ) -> web.Response:
        """Show the form as it was typed, with what is wrong of each field, or with what a trial has found."""
        frame = self._frame()
        return frame.page(
            request,
            "rule.html",
            status=status,
            fields=fields,
            chosen=fields["kinds"].replace(",", " ").lower().split(),
            kinds=list(Kind),
            severities=list(Severity),
            seen=seen,
            wrong=wrong or {},
            conflict=conflict,
            failed=failed,
            span=span,
            spans=SPANS,
            found=found,
            summary=found.summary(frame.zone) if found else "",
            hours=_hours(found) if found else "",
        )


def _fields(form: MultiMapping[object]) -> dict[str, str]:
    """A kind is ticked; everything else is typed."""
    return {field: ",".join(str(each) for each in form.getall(field, [])) for field in FIELDS}


def _seen(form: MultiMapping[object]) -> int:
    text = str(form.get("seen", ""))
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 - more than anybody saves
        raise web.HTTPBadRequest(text="the form does not say which version was seen: open it again")
    return int(text)


def _hours(found: BackTest) -> object:
    busiest = max(found.by_hour, key=lambda hour: found.by_hour[hour], default=None)
    if busiest is None:
        return ""
    return charts.grouped_bars(
        [Bar(hour, float(found.by_hour[hour]), None) for hour in range(24)],
        title="Messages by the hour of the day",
        description=f"The most, {found.by_hour[busiest]:,}, between {busiest:02}:00 and {busiest + 1:02}:00.",
        today="messages",
        usual="",
        told=lambda value: f"{value:,.0f}" if value.is_integer() else "",
    )
