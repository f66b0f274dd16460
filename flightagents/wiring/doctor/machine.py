"""Whether this machine is fit: folder, disk, time zones, the web server's port, and its public address."""

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from flightagents.aviationstack.zones import zones_without_a_clock
from flightagents.handlers.doctor import Finding, Look
from flightagents.settings import Settings
from flightagents.wiring.doctor.wording import failed, warned, well

LITTLE_SPACE = 1024**3
"""Bytes: a day's records of a busy agency, with room for what else grows."""
NO_SPACE = 100 * 1024**2
_PATIENCE = aiohttp.ClientTimeout(total=5)
_ALIVE = "alive\n"
"""What `/healthz` of ours says."""


def looks(settings: Settings, session: aiohttp.ClientSession) -> dict[str, Look]:
    """Give the looks."""
    found: dict[str, Look] = {
        "data folder": lambda: asyncio.to_thread(_data_folder, settings.data_dir),
        "time zones": _time_zones,
        "web": lambda: _web(settings, session),
    }
    if settings.public_url is not None:
        address = settings.public_url
        found["public"] = lambda: _public(address, session)
    return found


def _data_folder(folder: Path) -> Sequence[Finding]:
    """Try to write where it is; where it is not made yet, nothing is made."""
    stands = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not _can_write(stands, itself=stands == folder):
        what = f"nothing can be written in FLIGHTAGENTS_DATA_DIR ({folder})"
        do = "Give the user that the workers run as the right to write there, or set another folder."
        return failed("data folder", what, do)
    return [
        *well("data folder", f"{folder} can be written"),
        *space_found("disk", shutil.disk_usage(stands).free),
    ]


def _can_write(folder: Path, *, itself: bool) -> bool:
    if not folder.is_dir():
        return False
    if not itself:
        return os.access(folder, os.W_OK | os.X_OK) and os.statvfs(folder).f_flag & os.ST_RDONLY == 0
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def space_found(check: str, free: int) -> list[Finding]:
    """Judge how much space is left."""
    left = f"{free / 1024**3:.1f} GiB are free"
    if free < NO_SPACE:
        return failed(check, left, "Make space now: without it nothing is kept.")
    if free < LITTLE_SPACE:
        return warned(check, left, "Make space, or lower FLIGHTAGENTS_ARCHIVE_DAYS.")
    return well(check, left)


async def _time_zones() -> Sequence[Finding]:
    unknown = await asyncio.to_thread(zones_without_a_clock)
    if unknown:
        what = f"{len(unknown)} are not known here, {unknown[0]} for one: times there would be wrong"
        return failed("time zones", what, "Install the newest tzdata: .venv/bin/pip install -U tzdata")
    return well("time zones", "all that airports are in are known")


async def _web(settings: Settings, session: aiohttp.ClientSession) -> Sequence[Finding]:
    """Look whether the port is free, or a worker of ours has it."""
    place = f"{settings.web_host}:{settings.web_port}"
    trouble = await asyncio.to_thread(_cannot_bind, settings.web_host, settings.web_port)
    if trouble is None:
        return well("web", f"{place} is free")
    host = "localhost" if settings.web_host in ("0.0.0.0", "::") else settings.web_host  # noqa: S104 - compared only
    if await _is_ours(f"http://{f'[{host}]' if ':' in host else host}:{settings.web_port}", session):
        return well("web", f"a worker of ours serves {place}")
    do = "Set FLIGHTAGENTS_WEB_PORT to a free port, FLIGHTAGENTS_WEB_HOST to an address of this machine."
    return failed("web", f"no worker can serve {place}: {trouble}", do)


def _cannot_bind(host: str, port: int) -> str | None:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trying:
            trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trying.bind(address)
    except OSError as exc:
        return exc.strerror or type(exc).__name__
    return None


async def _is_ours(address: str, session: aiohttp.ClientSession) -> bool:
    try:
        async with session.get(f"{address}/healthz", timeout=_PATIENCE) as answer:
            return answer.ok and await answer.text() == _ALIVE
    except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError):
        return False


async def _public(address: str, session: aiohttp.ClientSession) -> Sequence[Finding]:
    """Look whether travellers and Twilio get to us, as far as that can be told from here."""
    found = []
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        do = "Put a proxy with a certificate before the web server, and write https:// there."
        found += warned("public", "FLIGHTAGENTS_PUBLIC_URL is not encrypted: links can be read", do)
    if await _is_ours(address.rstrip("/"), session):
        return found or well("public", "FLIGHTAGENTS_PUBLIC_URL leads to a worker of ours")
    do = "Does a worker run, does the proxy lead to it, and may this machine reach its own public address?"
    return [*found, *warned("public", "FLIGHTAGENTS_PUBLIC_URL leads to no worker from here", do)]
