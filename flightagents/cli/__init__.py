"""Our commands beside Faust's `worker`. Importing a file here adds its command to Faust's."""

from flightagents.cli import (
    bookings,
    budget,
    dead_letters,
    demo,
    doctor,
    notifications,
    replay,
    rules,
    tasks,
    topics,
    users,
)

__all__ = [
    "bookings",
    "budget",
    "dead_letters",
    "demo",
    "doctor",
    "notifications",
    "replay",
    "rules",
    "tasks",
    "topics",
    "users",
]
