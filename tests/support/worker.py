"""A worker of ours as a program of its own, which may crash or hang where a test wants it to.

`python -m tests.support.worker worker ...` is `flightagents worker ...`, but with a `Crash` in the
environment an exception is raised between two steps of a use case, as if something unexpected had happened;
or the use case never goes on from there.
"""

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Self

CRASH = "TESTS_CRASH"


@dataclass(frozen=True, slots=True)
class Crash:
    """Where to crash: `before` or `after` a method of a use case's port, or `after` the whole use case.

    And how: it `raises`, or it `hangs`.
    """

    use_case: str
    port: str | None = None
    method: str = "__call__"
    when: str = "after"
    how: str = "raises"

    def __str__(self) -> str:
        step = f"{self.port}.{self.method}" if self.port else "all, before the ack"
        return f"{self.use_case}: {self.when} {step}"

    def environment(self) -> dict[str, str]:
        """Give the variable that a worker reads."""
        return {CRASH: json.dumps(asdict(self))}

    @classmethod
    def from_environment(cls) -> Self | None:
        """Read it; None where nothing is to crash."""
        text = os.environ.get(CRASH)
        return cls(**json.loads(text)) if text else None


class CrashedOnPurposeError(Exception):
    """Nothing handles it: it ends the worker."""


class Breaking:
    """Stands before a port or a use case; the call of one method raises."""

    def __init__(self, inner: Any, crash: Crash) -> None:  # noqa: ANN401 - any port
        self._inner = inner
        self._crash = crash

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        found = getattr(self._inner, name)
        return self._breaking(found) if name == self._crash.method else found

    def __setitem__(self, key: str, value: bytes) -> None:
        self._inner[key] = value

    def __delitem__(self, key: str) -> None:
        del self._inner[key]

    async def __call__(self, *args: object) -> object:
        return await self._breaking(self._inner)(*args)

    def _breaking(self, method: Callable[..., Any]) -> Callable[..., Any]:
        async def call(*args: object) -> object:
            if self._crash.when == "before":
                await self._break()
            result = await method(*args)
            if result is False:  # the partition went to another worker: nothing was done
                return result
            await self._break()
            return result

        return call

    async def _break(self) -> None:
        if self._crash.how == "hangs":
            await asyncio.Event().wait()
        raise CrashedOnPurposeError(str(self._crash))


def broken(use_cases: Any, crash: Crash) -> Any:  # noqa: ANN401 - of whichever version
    """Give the use cases with one that crashes."""
    use_case = getattr(use_cases, crash.use_case)
    if crash.port is None:
        changed = {field: getattr(use_cases, field) for field in use_cases.__slots__}
        return type(use_cases)(**changed | {crash.use_case: Breaking(use_case, crash)})
    setattr(use_case, f"_{crash.port}", Breaking(getattr(use_case, f"_{crash.port}"), crash))
    return use_cases


def main() -> None:
    """Run the command line, with the crash built in."""
    from flightagents.app import app  # noqa: PLC0415 - reads the settings
    from flightagents.sandbox.mailbox_lookup import MAILBOX_URL  # noqa: PLC0415
    from flightagents.sandbox.worker import sending  # noqa: PLC0415
    from flightagents.wiring import wire  # noqa: PLC0415

    if MAILBOX_URL in os.environ:
        app.wire = partial(wire, sending=sending())
    crash = Crash.from_environment()
    if crash is not None:
        whole = app.wire
        app.wire = lambda *parts: broken(whole(*parts), crash)
    app.main()


if __name__ == "__main__":
    main()
