"""What the core needs of the world, as it wants to see it. `wiring` chooses what implements it."""

from flightagents.ports.flights import Archive, Calls, FeedRow, FlightSource, FlightStore, Lease, RowReader
from flightagents.ports.people import Bookings, Once, OptOuts, Pages
from flightagents.ports.staff import StaffRows, StaffRules, Tasks
from flightagents.ports.stream import DeadLetters, Delivery, Message, Publisher, StateTable
from flightagents.ports.telling import (
    Backlog,
    BounceSource,
    DeliveryChannel,
    Ledger,
    Outbox,
    RateLimit,
    ReadReceipt,
    Receipts,
    Renderer,
    Silences,
    StaffRenderer,
    Waiting,
)

__all__ = [
    "Archive",
    "Backlog",
    "Bookings",
    "BounceSource",
    "Calls",
    "DeadLetters",
    "Delivery",
    "DeliveryChannel",
    "FeedRow",
    "FlightSource",
    "FlightStore",
    "Lease",
    "Ledger",
    "Message",
    "Once",
    "OptOuts",
    "Outbox",
    "Pages",
    "Publisher",
    "RateLimit",
    "ReadReceipt",
    "Receipts",
    "Renderer",
    "RowReader",
    "Silences",
    "StaffRenderer",
    "StaffRows",
    "StaffRules",
    "StateTable",
    "Tasks",
    "Waiting",
]
