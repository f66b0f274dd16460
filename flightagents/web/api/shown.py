"""What is shown of a message, a task, an act and a booked flight; a viewer sees nobody in any of it."""

from collections.abc import Callable

from flightagents.domain.acts import Act
from flightagents.domain.bookings import Match, Segment
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.freshness import Sight
from flightagents.domain.notifications import Notification
from flightagents.domain.sights import KeptSight
from flightagents.domain.tasks import Task
from flightagents.web.api.answers import Flight, FlightSight
from flightagents.web.api.answers_bookings import MatchAnswer, MessageAnswer, SegmentAnswer
from flightagents.web.api.answers_floor import AboutAnswer, AuditAnswer, NotificationAnswer, TaskAnswer
from flightagents.web.api.routes import same


def flight_of(row: FlightRow, sight: KeptSight | None) -> dict[str, object]:
    """Give what is shown of a flight; of a fresh one nobody keeps each time when it was seen last."""
    shown = None if sight is None else same(sight, FlightSight)
    if shown is not None and sight is not None and sight.sight is Sight.FRESH:
        shown["known_at"] = None
    return {**same(row, Flight), "sight": shown}


def notification_of(row: Notification, key: Callable[[str], str] | None) -> NotificationAnswer:
    """Give what is shown of a row: without `key` nothing of whom it is for."""
    shown = key is not None
    return NotificationAnswer(
        id=row.id,
        flight=row.flight,
        ordinal=row.ordinal,
        channel=row.channel,
        said=row.said,
        state=row.state,
        reason=row.reason,
        created_at=row.created_at,
        expires_at=row.expires_at,
        not_before=row.not_before,
        hold=row.hold,
        stuck=row.stuck,
        tries=row.tries,
        maybe_twice=row.maybe_twice,
        fallback_of=row.fallback_of,
        rule=row.rule,
        booking=key(row.booking) if key and row.booking else None,
        reference=row.notice.reference if shown and row.notice else None,
    )


def match_of(found: tuple[Segment, Match, tuple[str, ...]]) -> MatchAnswer:
    """Give what the feed knows of a flight of a ticket."""
    segment, match, flights = found
    shown = {name: getattr(segment, name) for name in SegmentAnswer.__struct_fields__}
    return MatchAnswer(segment=SegmentAnswer(**shown), match=match, flights=flights)


def message_of(row: Notification, key: Callable[[str], str]) -> MessageAnswer:
    """Give what is shown of a message that is or would be sent."""
    booking = key(row.booking) if row.booking else None
    return MessageAnswer(booking=booking, flight=row.flight, channel=row.channel, said=row.said)


def act_of(act: Act) -> AuditAnswer:
    """Give what is shown of an act."""
    about = AboutAnswer(thing=act.about.thing, id=act.about.id)
    return AuditAnswer(at=act.at, by=act.by, did=act.did, about=about, detail=act.detail)


def task_of(task: Task, key: Callable[[str], str] | None) -> TaskAnswer:
    """Give what is shown of a task; one about nobody has words that anybody may read."""
    about_nobody = task.booking is None and not task.also
    return TaskAnswer(
        id=task.id,
        kind=task.kind,
        flight=task.flight,
        booking=key(task.booking) if key and task.booking else None,
        summary=task.summary if key or about_nobody else None,
        created_at=task.created_at,
        resolve_by=task.resolve_by,
        state=task.state,
        claimed_by=task.claimed_by,
        quote=task.quote if key else None,
    )
