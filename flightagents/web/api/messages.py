"""The route about one message of the ledger, with its words. For agents alone: it is about a person."""

from collections.abc import Sequence

from flightagents.domain.message_file import MessageFile
from flightagents.domain.users import Role
from flightagents.web.api.answers_floor import MessageShown
from flightagents.web.api.calls import Routes
from flightagents.web.api.routes import Asked, NoQuery, Route, missing, same
from flightagents.web.api.shown import act_of


class MessageRoutes(Routes):
    """Answers it."""

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
    return {
        **same(told, MessageShown),
        **same(found, MessageShown),
        "id": told.row,
        "created_at": told.at,
        "booking": found.key or None,
        "acts": [act_of(each) for each in found.acts],
    }
