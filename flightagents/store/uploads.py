"""`uploads`: files that somebody has uploaded and not confirmed yet. They leave within minutes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flightagents.domain.booking_preview import Upload
from flightagents.store.connection import Database, until_stored

COLLECTION = "uploads"
KEEP = timedelta(minutes=30)
"""Real time: as long as somebody looks at a preview. MongoDB clears up once a minute."""


class MongoUploads:
    """A file is found by its digest alone, and by whoever uploaded it alone."""

    def __init__(self, database: Database) -> None:
        self._uploads = database[COLLECTION]

    @until_stored
    async def prepare(self) -> None:
        """Make the index by which files leave."""
        await self._uploads.create_index("at", name="at", expireAfterSeconds=int(KEEP.total_seconds()))

    @until_stored
    async def keep(self, user: str, digest: str, upload: Upload) -> None:
        """Keep a file for a user, by the digest of its content."""
        fields = {"name": upload.name, "content": upload.content, "at": datetime.now(UTC)}
        await self._uploads.replace_one(theirs(user, digest), fields, upsert=True)

    @until_stored
    async def find(self, user: str, digest: str) -> Upload | None:
        """Give a user's file; None where it is not kept any more, or is somebody else's."""
        found = await self._uploads.find_one(theirs(user, digest))
        return Upload(str(found["name"]), bytes(found["content"])) if found else None


def theirs(user: str, digest: str) -> dict[str, Any]:
    """Match a user's file."""
    return {"_id": {"user": str(user), "digest": str(digest)}}
