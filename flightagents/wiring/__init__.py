"""Chooses what implements each port. The one room that names concrete adapters."""

from flightagents.wiring.access import users_of
from flightagents.wiring.budget import wire_budget
from flightagents.wiring.desk import Desk, wire_desk
from flightagents.wiring.doctor import Leave, examine_all
from flightagents.wiring.flight_file import wire_flight_file
from flightagents.wiring.floor import Floor, wire_floor
from flightagents.wiring.letters import wire_letters
from flightagents.wiring.manner import manner_of, minimum_times, office_of, what_is_off
from flightagents.wiring.rules import back_test_of, keep_rules_of
from flightagents.wiring.sending import (
    SENDING,
    Sending,
    bounces_of,
    channels_of,
    renderer_of,
    staff_renderer_of,
)
from flightagents.wiring.site import wire_site
from flightagents.wiring.travellers import traveller_acts_of
from flightagents.wiring.vital_signs import VitalOrgans, memory, wire_health, wire_vital_signs
from flightagents.wiring.worker import UseCases, wire
from flightagents.wiring.world import World, open_world, worker_name, zone_of

__all__ = [
    "SENDING",
    "Desk",
    "Floor",
    "Leave",
    "Sending",
    "UseCases",
    "VitalOrgans",
    "World",
    "back_test_of",
    "bounces_of",
    "channels_of",
    "examine_all",
    "keep_rules_of",
    "manner_of",
    "memory",
    "minimum_times",
    "office_of",
    "open_world",
    "renderer_of",
    "staff_renderer_of",
    "traveller_acts_of",
    "users_of",
    "what_is_off",
    "wire",
    "wire_budget",
    "wire_desk",
    "wire_flight_file",
    "wire_floor",
    "wire_health",
    "wire_letters",
    "wire_site",
    "wire_vital_signs",
    "worker_name",
    "zone_of",
]
