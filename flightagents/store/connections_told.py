"""Which connections are in danger, as the ledger's rows about them say."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from flightagents.domain.said import CONNECTIONS, Said
from flightagents.ports.desk import MOST_AT_ONCE
from flightagents.store.connection import Database, until_stored
from flightagents.store.ledger_rows import COLLECTION

IN_DANGER = frozenset({Said.CONNECTION_AT_RISK.value, Said.CONNECTION_MISSED.value})


class MongoToldOfConnections:
    """Reads the ledger alone. The index is the ledger's by flight."""

    def __init__(self, database: Database) -> None:
        self._rows = database[COLLECTION]

    @until_stored
    async def at_risk(self, flights: Collection[str]) -> dict[str, int]:
        """Count the people of each flight whose connection from it is in danger, or lost."""
        last: dict[tuple[str, str], str] = {}
        found = self._rows.find(query(flights), {"flight": 1, "booking": 1, "said": 1, "created_at": 1})
        async for row in found.sort("created_at"):
            last[row["flight"], row["booking"]] = row["said"]
        return dict(Counter(flight for (flight, _), said in last.items() if said in IN_DANGER))


def query(flights: Collection[str]) -> dict[str, Any]:
    """Ask for what was decided about the connections of travellers of these flights."""
    asked = sorted(map(str, flights))[:MOST_AT_ONCE]
    said = {"$in": sorted(CONNECTIONS)}
    return {"flight": {"$in": asked}, "said": said, "booking": {"$type": "string"}}
