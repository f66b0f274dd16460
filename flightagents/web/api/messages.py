"""The route about one message of the ledger, with its words. For agents alone: it is about a person."""

from collections.abc import Callable, Sequence

from flightagents.domain.message_file import MessageFile
from flightagents.domain.users import Role
from flightagents.web.api.answers_floor import MessageShown
from flightagents.web.api.calls import ApiCalls
from flightagents.web.api.routes import Asked, NoQuery, Route, missing
from flightagents.web.api.shown import act_of


class MessageRoutes:
    """Answers it."""

    def __init__(self, calls: Callable[[], ApiCalls]) -> None:
        self._calls = calls

    def routes(self) -> Sequence[Route]:
        """List it."""
        return (
            Route(
                method="GET",
                path="/notifications/{notification}",
                name="notification",
                group="Messages",
                says="One message with its words, and what became of it.",
                handler=self.one,
                answer=MessageShown,
                role=Role.AGENT,
                errors=(404,),
            ),
        )

    async def one(self, asked: Asked[NoQuery, None]) -> object:
        """Give it."""
        found = await self._calls().show_message.one(asked.path["notification"], sees_people=True)
        if found is None:
            raise missing("message")
        return _shown(found)


def _shown(found: MessageFile) -> object:
    told = found.told
    parts = ("channel", "said", "state", "reason", "why", "held", "maybe_twice", "rule", "subject", "text")
    kept = ("flight", "html", "expires_at", "tries", "provider_id", "fallback_of", "flight_held")
    return {
        "id": told.row,
        "created_at": told.at,
        "booking": found.key or None,
        **{part: getattr(told, part) for part in parts},
        **{part: getattr(found, part) for part in kept},
        "events": told.events,
        "acts": [act_of(each) for each in found.acts],
    }
