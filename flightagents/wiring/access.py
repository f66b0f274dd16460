"""Who may come in: users, tokens and sessions, for the web and the command line."""

from urllib.parse import urlsplit

from flightagents.handlers.keep_users import KeepUsers
from flightagents.handlers.passwords import Passwords
from flightagents.handlers.sign_in import SignIn
from flightagents.store.attempts import MongoAttempts
from flightagents.store.audit import MongoAudit
from flightagents.store.once import MongoOnce
from flightagents.store.users import MongoTokens, MongoUsers
from flightagents.web.access.doors import Access
from flightagents.wiring.world import World


def access_of(world: World) -> Access:
    """Build what the gate asks."""
    settings, database = world.settings, world.database
    public = urlsplit((settings.public_url or "").lower())
    further = settings.web_allowed_hosts.lower().replace(",", " ").split()
    return Access(
        sign_in=SignIn(
            MongoUsers(database),
            MongoTokens(database),
            MongoAttempts(database),
            Passwords(),
            world.address_keys,
            ended=MongoOnce(database),
            audit=MongoAudit(database),
            clock=world.clock,
            proxied_role=settings.web_proxied_role,
        ),
        secret=world.secret,
        origins=frozenset({f"{public.scheme}://{public.netloc}"} if public.netloc else ()),
        hosts=frozenset({"localhost", settings.web_host.lower(), public.hostname or "localhost", *further}),
        proxies=settings.trusted_proxies,
        user_header=settings.web_user_header.strip(),
    )


def users_of(world: World) -> KeepUsers:
    """Build what keeps the users."""
    database = world.database
    users, tokens, audit = MongoUsers(database), MongoTokens(database), MongoAudit(database)
    return KeepUsers(users, tokens, Passwords(), audit, world.clock)
