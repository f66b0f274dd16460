"""Both mailboxes that bounces arrive in give each mail until it is done: real files, a real socket."""

import ssl
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from flightagents.errors import MailboxOutageError, SettingsError
from flightagents.notify import bounces_imap, bounces_maildir
from flightagents.notify.bounces import bounce_source
from flightagents.notify.bounces_imap import ImapFolder
from flightagents.notify.bounces_maildir import Maildir
from flightagents.ports import BounceSource
from flightagents.sandbox.processes import free_port
from flightagents.settings.bounces import Account
from tests.support.imap_server import PASSWORD, USER, ScriptedImap
from tests.support.postfix import make_certificate
from tests.support.smtp_server import Act

SOON = timedelta(seconds=0.3)


class Box:
    """A mailbox, how mails arrive in it, and which nobody has read."""

    def __init__(
        self, source: BounceSource, arrive: Callable[[bytes], None], unread: Callable[[], list[bytes]]
    ) -> None:
        self.source = source
        self.arrive = arrive
        self.unread = unread


def maildir_at(path: Path) -> Box:
    for folder in ("new", "cur", "tmp"):
        (path / folder).mkdir(parents=True)

    def arrive(mail: bytes) -> None:
        count = sum(1 for _ in path.rglob("*.host"))
        (path / "new" / f"{1000 + count}.host").write_bytes(mail)

    return Box(
        Maildir(path), arrive, lambda: [file.read_bytes() for file in sorted((path / "new").iterdir())]
    )


def account(server: ScriptedImap, *, password: str = PASSWORD, tls: bool = False) -> Account:
    return Account(
        host=server.host,
        port=server.port,
        tls=tls,
        user=USER,
        password=SecretStr(password),
        folder=server.folder,
    )


@pytest.fixture
async def imap() -> AsyncIterator[ScriptedImap]:
    async with ScriptedImap().running() as server:
        yield server


@pytest.fixture
async def folder(imap: ScriptedImap) -> AsyncIterator[ImapFolder]:
    opened = ImapFolder(account(imap), SOON)
    yield opened
    opened.close()


@pytest.fixture(params=["maildir", "imap"])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Box:
    if request.param == "maildir":
        return maildir_at(tmp_path / "box")
    server: ScriptedImap = request.getfixturevalue("imap")
    return Box(request.getfixturevalue("folder"), server.arrive, lambda: server.unseen)


# What both promise


async def test_mails_come_in_order_and_as_they_are(box: Box) -> None:
    mails = [b"first\r\n\r\n\x00\xff", b"second"]
    for mail in mails:
        box.arrive(mail)
    assert [mail for _, mail in await box.source.read()] == mails


async def test_a_mail_comes_again_until_it_is_done(box: Box) -> None:
    box.arrive(b"first")
    box.arrive(b"second")
    (key, _), _ = await box.source.read()
    assert [mail for _, mail in await box.source.read()] == [b"first", b"second"]
    await box.source.done(key)
    await box.source.done(key)
    assert [mail for _, mail in await box.source.read()] == box.unread() == [b"second"]


async def test_what_arrives_between_two_looks_is_found(box: Box) -> None:
    assert await box.source.read() == []
    box.arrive(b"first")
    assert [mail for _, mail in await box.source.read()] == [b"first"]


async def test_a_huge_mail_is_cut(box: Box) -> None:
    assert bounces_imap.LONGEST == bounces_maildir.LONGEST
    box.arrive(b"x" * (bounces_imap.LONGEST + 1))
    ((_, mail),) = await box.source.read()
    assert mail == b"x" * bounces_imap.LONGEST


async def test_a_flood_comes_in_portions(box: Box) -> None:
    assert bounces_imap.AT_ONCE == bounces_maildir.AT_ONCE
    for _ in range(bounces_imap.AT_ONCE + 1):
        box.arrive(b"bounce")
    assert len(await box.source.read()) == bounces_imap.AT_ONCE


# Maildir


async def test_a_read_mail_stays_in_the_maildir(tmp_path: Path) -> None:
    box = maildir_at(tmp_path / "box")
    box.arrive(b"first")
    ((key, _),) = await box.source.read()
    await box.source.done(key)
    assert [file.name for file in (tmp_path / "box" / "cur").iterdir()] == ["1000.host:2,S"]


async def test_a_maildir_that_is_not_there_is_an_outage(tmp_path: Path) -> None:
    with pytest.raises(MailboxOutageError, match="No such file"):
        await Maildir(tmp_path / "nowhere").read()


async def test_a_maildir_that_nothing_can_be_moved_in_is_an_outage(tmp_path: Path) -> None:
    box = maildir_at(tmp_path / "box")
    box.arrive(b"first")
    ((key, _),) = await box.source.read()
    (tmp_path / "box" / "cur").rmdir()
    (tmp_path / "box" / "cur").write_text("a file")
    with pytest.raises(MailboxOutageError):
        await box.source.done(key)
    assert box.unread() == [b"first"]


# IMAP


async def test_one_connection_serves_many_looks(imap: ScriptedImap, folder: ImapFolder) -> None:
    imap.arrive(b"first")
    for _ in range(3):
        await folder.read()
    assert imap.connections == 1


async def test_a_lost_connection_is_an_outage_and_then_a_new_one(
    imap: ScriptedImap, folder: ImapFolder
) -> None:
    imap.arrive(b"first")
    ((key, _),) = await folder.read()
    imap.say("STORE", Act.CUT)
    with pytest.raises(MailboxOutageError, match="no connection"):
        await folder.done(key)
    with pytest.raises(MailboxOutageError):
        await folder.done(key)  # the numbers may mean other mails by now
    assert [mail for _, mail in await folder.read()] == [b"first"]
    assert imap.connections == 2


@pytest.mark.parametrize("command", ["CONNECT", "LOGIN", "SELECT", "SEARCH", "FETCH"])
async def test_a_server_that_never_answers_is_an_outage(
    imap: ScriptedImap, folder: ImapFolder, command: str
) -> None:
    imap.arrive(b"first")
    imap.say(command, Act.HANG)
    with pytest.raises(MailboxOutageError, match="too long"):
        await folder.read()


@pytest.mark.parametrize("command", ["CONNECT", "LOGIN", "SELECT", "SEARCH", "FETCH"])
@pytest.mark.parametrize("answer", [Act.CUT, "nonsense", "* BYE overloaded", "{} BAD what?"])
async def test_a_server_that_breaks_down_is_asked_again(
    imap: ScriptedImap, folder: ImapFolder, command: str, answer: str | Act
) -> None:
    imap.arrive(b"first")
    imap.say(command, answer)
    try:
        first = await folder.read()
    except MailboxOutageError:
        first = []
    assert first == []
    assert [mail for _, mail in await folder.read()] == [b"first"]


async def test_a_mail_that_the_server_cannot_give_stops_no_other(
    imap: ScriptedImap, folder: ImapFolder
) -> None:
    imap.arrive(b"broken", b"second")
    imap.say("FETCH", "{} NO cannot read it")
    assert [mail for _, mail in await folder.read()] == [b"second"]


async def test_a_refused_login_says_nothing_of_whom(imap: ScriptedImap) -> None:
    wrong = ImapFolder(account(imap, password="s3cret"), SOON)
    with pytest.raises(MailboxOutageError, match="refuses the login or the folder") as raised:
        await wrong.read()
    assert raised.value.__cause__ is None
    assert USER not in str(raised.value)
    assert "s3cret" not in str(raised.value)


async def test_a_folder_that_is_not_there_is_said_so() -> None:
    async with ScriptedImap(folder="Bounces of ours").running() as server:
        found, missing = account(server), ImapFolder(account(server), SOON)
        server.folder = "Elsewhere"
        with pytest.raises(MailboxOutageError, match="refuses the login or the folder"):
            await missing.read()
        server.folder = "Bounces of ours"
        opened = ImapFolder(found, SOON)
        assert await opened.read() == []
        opened.close()


async def test_a_folder_that_cannot_be_written_is_said_so(imap: ScriptedImap, folder: ImapFolder) -> None:
    imap.say("SELECT", "* OK [READ-ONLY] look, do not touch\r\n{} OK [READ-ONLY] done")
    with pytest.raises(MailboxOutageError, match="nothing can be marked"):
        await folder.read()


async def test_the_certificate_is_checked(tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    make_certificate(certificate, key)
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.load_cert_chain(certificate, key)
    async with ScriptedImap(context=ours).running() as server:
        with pytest.raises(MailboxOutageError, match="certificate"):
            await ImapFolder(account(server, tls=True)).read()
        trusting = ssl.create_default_context(cafile=str(certificate))
        friend = ImapFolder(account(server, tls=True), context=trusting)
        server.arrive(b"first")
        assert [mail for _, mail in await friend.read()] == [b"first"]
        friend.close()


async def test_nobody_listening_is_an_outage() -> None:
    server = ScriptedImap(port=free_port())
    with pytest.raises(MailboxOutageError, match="no connection"):
        await ImapFolder(account(server), SOON).read()


# The setting


async def test_the_setting_names_a_maildir(tmp_path: Path) -> None:
    box = maildir_at(tmp_path / "box")
    box.arrive(b"first")
    opened = bounce_source(SecretStr(f"maildir:{tmp_path / 'box'}"))
    assert [mail for _, mail in await opened.read()] == [b"first"]


async def test_the_setting_names_a_folder() -> None:
    async with ScriptedImap(folder="INBOX/Bounces 1").running() as server:
        server.arrive(b"first")
        user, password = "alerts%40agency.example", "pass%20%22word%22%20%5C"
        address = f"imap://{user}:{password}@{server.host}:{server.port}/INBOX/Bounces%201"
        opened = bounce_source(SecretStr(address))
        assert [mail for _, mail in await opened.read()] == [b"first"]
        opened.close()


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "s3cret",
        "maildir:relative/s3cret",
        "pop3://alerts:s3cret@mail.example/",
        "imaps://mail.example/s3cret",
        "imaps://alerts@mail.example/s3cret",
        "imaps://alerts:s3cret@/INBOX",
        "imaps://alerts:s3cret@mail.example:port/INBOX",
        "imaps://alerts:s3cret@mail.example:99999/INBOX",
        "imaps://alerts:s3cret#@mail.example/INBOX",
        "imaps://alerts:s3cret?@mail.example/INBOX",
        "imaps://alerts:s3cret%0D%0Aa1@mail.example/INBOX",
        "imaps://alerts:s3cret@mail.example/Zur%C3%BCck",
        "imaps://alerts:s3cret@[mail.example/INBOX",
        "imap://alerts:s3cret@mail.example/INBOX",
    ],
)
def test_a_wrong_setting_is_explained_and_never_repeated(wrong: str) -> None:
    with pytest.raises(SettingsError, match="FLIGHTAGENTS_BOUNCES") as raised:
        bounce_source(SecretStr(wrong))
    assert "s3cret" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
