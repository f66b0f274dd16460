"""Who may log in to the staff page of a demonstration: one of each role, all with one password.

The password is new each time, and goes where no list of processes shows it.
"""

from flightagents.clock import Clock
from flightagents.domain.users import Role
from flightagents.handlers.keep_users import KeepUsers
from flightagents.handlers.passwords import Passwords
from flightagents.store.audit import MongoAudit
from flightagents.store.connection import Database
from flightagents.store.users import MongoTokens, MongoUsers

LOGINS = {"demo": Role.ADMIN, "agent": Role.AGENT, "viewer": Role.VIEWER}
BY = "demonstration"
"""How the log names whoever added them."""


async def add_logins(database: Database, clock: Clock, password: str) -> None:
    """Let whoever watches log in as any of them."""
    keep = KeepUsers(MongoUsers(database), MongoTokens(database), Passwords(), MongoAudit(database), clock)
    for name, role in LOGINS.items():
        await keep.add(name, role, password, by=BY)


def logins_told(password: str) -> str:
    """Say how, in one line that ends with the password, to be copied."""
    admin, *others = LOGINS
    return f"log in as {admin} ({LOGINS[admin]}), {' or '.join(others)}, password {password}"
