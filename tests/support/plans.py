"""How MongoDB answers a query: which indexes it walks, and how much it reads for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bson.codec_options import CodecOptions, DatetimeConversion
from motor.motor_asyncio import AsyncIOMotorCollection

_ANY_DATE: CodecOptions[dict[str, Any]] = CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_AUTO)
"""Bounds of an index reach to the last date of all, which Python has no year for."""


@dataclass(frozen=True)
class Plan:
    """What was done for a query."""

    stages: tuple[str, ...]
    indexes: set[str]
    documents: int
    keys: int

    @property
    def scans_an_index(self) -> bool:
        return bool(self.indexes) and "COLLSCAN" not in self.stages

    @property
    def sorts_in_memory(self) -> bool:
        return "SORT" in self.stages


async def plan_of(collection: "AsyncIOMotorCollection[dict[str, Any]]", command: Mapping[str, Any]) -> Plan:
    """Run a find or aggregate command of a collection, and tell how."""
    explained = await collection.database.command(
        "explain", command, verbosity="executionStats", codec_options=_ANY_DATE
    )
    stages = tuple(_stages(explained))
    stats = [each["executionStats"] for each in _parts(explained) if "executionStats" in each]
    return Plan(
        tuple(stage["stage"] for stage in stages),
        {stage["indexName"] for stage in stages if "indexName" in stage},
        sum(each["totalDocsExamined"] for each in stats),
        sum(each["totalKeysExamined"] for each in stats),
    )


def _parts(explained: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "stages" in explained:
        yield from (each["$cursor"] for each in explained["stages"] if "$cursor" in each)
    else:
        yield explained


def _stages(explained: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in _parts(explained):
        winning = part["queryPlanner"]["winningPlan"]
        yield from _below(winning.get("queryPlan", winning))


def _below(stage: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield stage
    for each in (*stage.get("inputStages", ()), *([stage["inputStage"]] if "inputStage" in stage else [])):
        yield from _below(each)
