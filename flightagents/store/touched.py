"""Tells which collections are changing, and which flights, by a change stream: what live lists go by.

Lists are made anew and compared, so no event is decoded beyond what it is about; in a storm not even that,
and it costs a few milliseconds a second. Where the stream is lost, everything counts as touched, and it
begins anew: no position has to be kept.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from datetime import timedelta
from typing import Any

import structlog
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo.errors import PyMongoError

from flightagents.domain.touch import Touch
from flightagents.store.connection import Database
from flightagents.store.touch_events import READ, flights_of

PAUSE = timedelta(milliseconds=250)
"""Real time between two looks: what happens meanwhile comes with the next one."""
PATIENCE = timedelta(seconds=2)
"""How long one look waits on the server for something to happen."""
BATCH = 1000
DECODED = 200
"""Events of a look that are read; beyond that all are taken as touched."""

_RAW: CodecOptions[Any] = CodecOptions(document_class=RawBSONDocument)
_log = structlog.get_logger(__name__)


class Touched:
    """A call gives a stream of its own."""

    def __init__(self, database: Database, collections: Collection[str]) -> None:
        self._database = database
        self._all = frozenset(collections)
        self._anything = Touch(self._all, None)

    async def __call__(self) -> AsyncIterator[Touch | None]:
        """Give what is touched, as it is; at first, and after a loss of sight (None), everything."""
        while True:
            try:
                async with await self._database.client.start_session() as session:
                    cursor = await self._open(session)
                    yield self._anything
                    while True:
                        touched = await self._look(cursor, session)
                        if touched.collections:
                            yield touched
                            await asyncio.sleep(PAUSE.total_seconds())
            except PyMongoError as exc:
                _log.warning("the live pages lost sight of the database", reason=type(exc).__name__)
                yield None
                await asyncio.sleep(PATIENCE.total_seconds())

    async def _open(self, session: AsyncIOMotorClientSession) -> int:
        ours = {"$match": {"ns.coll": {"$in": sorted(self._all)}}}
        answer = await self._database.command(
            "aggregate",
            1,
            pipeline=[{"$changeStream": {}}, ours, {"$project": READ}],
            cursor={"batchSize": 0},
            readConcern={"level": "majority"},
            session=session,
        )
        return int(answer["cursor"]["id"])

    async def _look(self, cursor: int, session: AsyncIOMotorClientSession) -> Touch:
        answer = await self._database.command(
            "getMore",
            cursor,
            collection="$cmd.aggregate",
            batchSize=BATCH,
            maxTimeMS=int(PATIENCE / timedelta(milliseconds=1)),
            session=session,
            codec_options=_RAW,
        )
        events = answer["cursor"]["nextBatch"]
        if len(events) > DECODED:
            return self._anything
        collections = frozenset(event["ns"]["coll"] for event in events)
        return Touch(collections, await flights_of(events, self._database))
