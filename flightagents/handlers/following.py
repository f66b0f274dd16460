"""How log lines about a notification are named, so that it can be followed from its poll until it is told."""

from flightagents.domain.notifications import Notification


def names_of(row: Notification) -> dict[str, str | None]:
    """Give the fields: `correlation` is the record that brought the news, as in the line of its change."""
    return {"correlation": row.record, "notification": row.id}
