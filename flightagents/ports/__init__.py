"""What the core needs of the world, as it wants to see it. `wiring` chooses what implements it."""

from flightagents.ports.desk import Audit, Handlings, HeldFlights, TaskDesk
from flightagents.ports.flights import Archive, FeedRow, FlightSource, FlightStore, Lease, RowReader
from flightagents.ports.looking import ChangeSearch, FlightSearch, MessageSearch, PeopleSearch
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
    "Audit",
    "Bookings",
    "BounceSource",
    "ChangeSearch",
    "DeadLetters",
    "Delivery",
    "DeliveryChannel",
    "FeedRow",
    "FlightSearch",
    "FlightSource",
    "FlightStore",
    "Handlings",
    "HeldFlights",
    "Lease",
    "Ledger",
    "Message",
    "MessageSearch",
    "Once",
    "OptOuts",
    "Outbox",
    "Pages",
    "PeopleSearch",
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
    "TaskDesk",
    "Tasks",
    "Waiting",
]
