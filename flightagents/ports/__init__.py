"""What the core needs of the world, as it wants to see it. `wiring` chooses what implements it."""

from flightagents.ports.flights import Archive, FeedRow, FlightSource, FlightStore, Lease, RowReader
from flightagents.ports.health import Gauges, Polls, Workers
from flightagents.ports.people import Bookings, Once, OptOuts, Pages
from flightagents.ports.staff import StaffRows, StaffRules, Tasks
from flightagents.ports.stream import DeadLetters, Delivery, Message, Publisher, StateTable
from flightagents.ports.telling import (
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
    "Bookings",
    "BounceSource",
    "DeadLetters",
    "Delivery",
    "DeliveryChannel",
    "FeedRow",
    "FlightSource",
    "FlightStore",
    "Gauges",
    "Lease",
    "Ledger",
    "Message",
    "Once",
    "OptOuts",
    "Outbox",
    "Pages",
    "Polls",
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
    "Workers",
]
