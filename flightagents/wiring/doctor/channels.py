"""Whether messages can leave, and whether what comes back is read: mail server, Twilio, bounces, folder."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from flightagents.domain.bookings import Channel
from flightagents.errors import MailboxOutageError
from flightagents.handlers.doctor import Finding, Look, of_channel
from flightagents.notify.bounces import bounce_source
from flightagents.notify.sms import SmsChannel
from flightagents.ports import DeliveryChannel
from flightagents.settings import Settings
from flightagents.wiring.doctor.wording import failed, warned, well
from flightagents.wiring.sending import channels_of

_HERE = ("localhost", "127.0.0.1", "::1")


def looks(settings: Settings, session: aiohttp.ClientSession) -> dict[str, Look]:
    """Give a look for each that is set."""
    found = {
        channel.value: _look_at(channel, way, settings)
        for channel, way in channels_of(settings, session).items()
    }
    if settings.bounces is not None:
        found["bounces"] = lambda: _bounces(settings)
    if settings.bookings_folder is not None:
        folder = settings.bookings_folder
        found["bookings"] = lambda: asyncio.to_thread(_folder, folder)
    return found


def _look_at(channel: Channel, way: DeliveryChannel, settings: Settings) -> Look:
    async def look() -> Sequence[Finding]:
        try:
            if channel is Channel.EMAIL and not await _has_address(settings.smtp_host or ""):
                do = "Correct FLIGHTAGENTS_SMTP_HOST, or this machine's DNS."
                return failed("email", "no host is known by the name in FLIGHTAGENTS_SMTP_HOST", do)
            found = [of_channel(channel.value, await way.trouble())]
            if isinstance(way, SmsChannel) and not found[0].do and (wrong := await way.sender_trouble()):
                found += warned("sms", wrong, "Compare it with the numbers and services in Twilio's console.")
            return found
        finally:
            way.close()

    return look


async def _has_address(host: str) -> bool:
    try:
        await asyncio.get_running_loop().getaddrinfo(host, None)
    except OSError:
        return False
    return True


async def _bounces(settings: Settings) -> Sequence[Finding]:
    """Look into the mailbox, which marks nothing as read."""
    if settings.bounces is None:
        return []
    source = bounce_source(settings.bounces)
    try:
        await source.read()
    except MailboxOutageError as exc:
        return failed("bounces", str(exc), "Correct FLIGHTAGENTS_BOUNCES, or what it leads to.")
    finally:
        source.close()
    return well("bounces", "their mailbox can be read")


def _folder(folder: Path) -> Sequence[Finding]:
    """Files are renamed in it, so it has to be written to."""
    if not folder.is_dir():
        do = "Make it, or correct FLIGHTAGENTS_BOOKINGS_FOLDER."
        return failed("bookings", f"the folder {folder} does not exist", do)
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        do = "Give the user that the workers run as the right to read it and to move files in it."
        return failed("bookings", f"the folder {folder} cannot be read and written", do)
    return well("bookings", f"the folder {folder} can be read and written")
