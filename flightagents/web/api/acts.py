"""The routes that act on tasks and on single messages, many at once."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from flightagents.domain.bookings import Channel
from flightagents.domain.handling import LONGEST_NOTE
from flightagents.domain.users import Role
from flightagents.web.api.answers_floor import ActsAnswer, ResentAnswer
from flightagents.web.api.calls import Routes
from flightagents.web.api.routes import Answering, Asked, Key, Keys, NoQuery, RefusalError, Route

Words = Annotated[str, Meta(max_length=LONGEST_NOTE)]


class Tasks(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Some tasks, by their ids."""

    tasks: Keys


class TasksAssigned(Tasks, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Gives tasks to a user; null: takes them. What another has needs `force`."""

    to: Key | None = None
    force: bool = False


class TasksFinished(Tasks, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Notes that tasks are done, with a word on how."""

    note: Words = ""


class TasksNoted(Tasks, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Adds a note to tasks."""

    text: Annotated[str, Meta(min_length=1, max_length=LONGEST_NOTE)]


class Messages(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Some notifications, by their ids."""

    notifications: Keys


class SentAgain(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By which channel; `again` confirms what the answer said may be confirmed."""

    channel: Channel
    again: bool = False


class ActRoutes(Routes):
    """Answers them."""

    def routes(self) -> Sequence[Route]:
        """List them."""
        tasks, messages = '{"tasks": ["3f2a9c01be"]}', '{"notifications": ["6b0c..."]}'
        return (
            _act("/tasks/assign", "Give tasks to somebody, or take them.", self.assign, TasksAssigned, tasks),
            _act("/tasks/release", "Let anybody take tasks that one has.", self.release, Tasks, tasks),
            _act("/tasks/finish", "Note that tasks are done.", self.finish, TasksFinished, tasks),
            _act("/tasks/reopen", "Open tasks again that somebody has done.", self.reopen, Tasks, tasks),
            _act(
                "/tasks/note",
                "Add a note to tasks.",
                self.note,
                TasksNoted,
                '{"tasks": ["3f2a9c01be"], "text": "calls back at five"}',
            ),
            _act("/notifications/hold", "Hold messages that wait.", self.hold, Messages, messages),
            _act("/notifications/release", "Let held messages go.", self.let_go, Messages, messages),
            _act(
                "/notifications/replay",
                "Try messages again that were given up, or refused by the provider.",
                self.replay,
                Messages,
                messages,
            ),
            Route(
                method="POST",
                path="/notifications/{notification}/resend",
                name="resend_notification",
                group="Messages",
                says="Send a traveller the news of a message's flight again, or by another channel.",
                handler=self.resend,
                body=SentAgain,
                answer=ResentAnswer,
                role=Role.AGENT,
                example='{"channel": "sms"}',
            ),
        )

    async def assign(self, asked: Asked[NoQuery, TasksAssigned]) -> object:
        """Give them to somebody."""
        to = asked.body.to
        if to is not None and to not in await self._calls().now.colleagues():
            raise RefusalError(400, "there is nobody of that name who may act", "to")
        me, who = asked.visitor.principal.name, asked.who
        acts = self._calls().on_tasks
        return {"items": await acts.assign(asked.body.tasks, who, to or me, force=asked.body.force)}

    async def release(self, asked: Asked[NoQuery, Tasks]) -> object:
        """Let anybody take them."""
        return {"items": await self._calls().on_tasks.release(asked.body.tasks, asked.who)}

    async def finish(self, asked: Asked[NoQuery, TasksFinished]) -> object:
        """Note that they are done."""
        body = asked.body
        return {"items": await self._calls().on_tasks.finish(body.tasks, asked.who, body.note)}

    async def reopen(self, asked: Asked[NoQuery, Tasks]) -> object:
        """Open them again."""
        return {"items": await self._calls().on_tasks.reopen(asked.body.tasks, asked.who)}

    async def note(self, asked: Asked[NoQuery, TasksNoted]) -> object:
        """Add a note."""
        return {"items": await self._calls().on_tasks.note(asked.body.tasks, asked.who, asked.body.text)}

    async def hold(self, asked: Asked[NoQuery, Messages]) -> object:
        """Hold messages."""
        acts = self._calls().on_messages
        return {"items": await acts.hold_messages(asked.body.notifications, asked.who)}

    async def let_go(self, asked: Asked[NoQuery, Messages]) -> object:
        """Let messages go."""
        acts = self._calls().on_messages
        return {"items": await acts.release_messages(asked.body.notifications, asked.who)}

    async def replay(self, asked: Asked[NoQuery, Messages]) -> object:
        """Try messages again."""
        acts = self._calls().on_messages
        return {"items": await acts.replay_messages(asked.body.notifications, asked.who)}

    async def resend(self, asked: Asked[NoQuery, SentAgain]) -> object:
        """Send one again."""
        sent = await self._calls().on_messages.resend_message(
            asked.path["notification"], asked.body.channel, asked.who, again=asked.body.again
        )
        return {"end": str(sent.end), "row": sent.row, "may_be_confirmed": sent.may_be_confirmed}


def _act(path: str, says: str, handler: Answering, body: type[Struct], example: str) -> Route:
    what, act = path.strip("/").split("/")
    return Route(
        method="POST",
        path=path,
        name=f"{act}_{what}",
        group="Tasks" if what == "tasks" else "Messages",
        says=says,
        handler=handler,
        body=body,
        answer=ActsAnswer,
        role=Role.AGENT,
        example=example,
    )
