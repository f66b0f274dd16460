"""What the core needs of the world, as it wants to see it. `wiring` chooses what implements it."""

from flightagents.ports.access import Attempts, Tokens, Users
from flightagents.ports.desk import Audit, Handlings, HeldFlights, TaskDesk
from flightagents.ports.flight_files import FlightFiles
from flightagents.ports.flights import (
    AirlineNames,
    Archive,
    CallPlanner,
    FeedRow,
    FlightSource,
    FlightStore,
    Lease,
    RowReader,
)
from flightagents.ports.folder import BookingFolder, Shelf, Taken
from flightagents.ports.health import Gauges, Polls, Workers
from flightagents.ports.letters import (
    KeptLetter,
    LetterCount,
    LetterFilter,
    Letters,
    LetterState,
)
from flightagents.ports.looking import ChangeSearch, FlightSearch, MessageSearch, PeopleSearch
from flightagents.ports.people import Bookings, Once, OptOuts, Pages, TravellerFiles, Uploads
from flightagents.ports.punctuality import PunctualityStore
from flightagents.ports.staff import ChangeHistory, HistoryQuery, StaffRows, StaffRules, Tasks
from flightagents.ports.stream import DeadLetters, Delivery, Message, Publisher, StateTable
from flightagents.ports.telling import (
    BounceSource,
    ChannelBacklog,
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
    "AirlineNames",
    "Archive",
    "Attempts",
    "Audit",
    "BookingFolder",
    "Bookings",
    "BounceSource",
    "CallPlanner",
    "ChangeHistory",
    "ChangeSearch",
    "ChannelBacklog",
    "DeadLetters",
    "Delivery",
    "DeliveryChannel",
    "FeedRow",
    "FlightFiles",
    "FlightSearch",
    "FlightSource",
    "FlightStore",
    "Gauges",
    "Handlings",
    "HeldFlights",
    "HistoryQuery",
    "KeptLetter",
    "Lease",
    "Ledger",
    "LetterCount",
    "LetterFilter",
    "LetterState",
    "Letters",
    "Message",
    "MessageSearch",
    "Once",
    "OptOuts",
    "Outbox",
    "Pages",
    "PeopleSearch",
    "Polls",
    "Publisher",
    "PunctualityStore",
    "RateLimit",
    "ReadReceipt",
    "Receipts",
    "Renderer",
    "RowReader",
    "Shelf",
    "Silences",
    "StaffRenderer",
    "StaffRows",
    "StaffRules",
    "StateTable",
    "Taken",
    "TaskDesk",
    "Tasks",
    "Tokens",
    "TravellerFiles",
    "Uploads",
    "Users",
    "Waiting",
    "Workers",
]
