"""The output of `launch watch`: a live view on a terminal, lines elsewhere."""

import threading
from collections import deque
from types import TracebackType
from typing import Self

from rich import live
from rich.console import Console, Group
from rich.text import Text

from commands.health.health import COLUMNS, rows
from commands.shared.client import Json
from commands.shared.output import cell, echo, remark, switch, table
from domain.platform.text import printable

_EVENTS = 12
_FLAGS = 20


class View:
    """A sink as a context manager."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        return None

    def connected(self, url: str) -> None:
        """The streams are open."""
        remark(f"Following {url}. Press Ctrl-C to stop.")

    def lost(self, why: str, pause: float) -> None:
        """The connection is lost for the moment."""
        remark(f"{why}; reconnecting in {pause:.1f} s.", "yellow")

    def health(self, snapshot: Json) -> None:
        """A new snapshot."""
        raise NotImplementedError

    def flag(self, flag: Json) -> None:
        """The current state of a flag."""
        raise NotImplementedError

    def event(self, event: Json, *, old: bool) -> None:
        """An event; `old`: it happened before the start."""
        raise NotImplementedError


class Lines(View):
    """One line per event, for pipes and files."""

    def __init__(self) -> None:
        """Start without known statuses."""
        self._statuses: dict[str, str] = {}
        self._versions: dict[str, int] = {}

    def health(self, snapshot: Json) -> None:
        """Print only changed statuses."""
        for check in snapshot["checks"]:
            if self._statuses.get(check["name"]) != check["status"]:
                self._statuses[check["name"]] = check["status"]
                note = f": {check['errorMessage']}" if check["errorMessage"] else ""
                _line(snapshot["at"], f"health {check['name']} {check['status']}{note}")

    def flag(self, flag: Json) -> None:
        """Skip the flags as they were at the start."""
        before = self._versions.get(flag["key"])
        self._versions[flag["key"]] = flag["version"]
        if before is not None and before != flag["version"]:
            _line(flag["updatedAt"], f"flag {_flag(flag)}")

    def event(self, event: Json, *, old: bool) -> None:
        """Print new events only."""
        if not old:
            _line(event["at"], f"event {_event(event)}")


class Live(View):
    """A screen that is redrawn four times a second."""

    def __init__(self, url: str) -> None:
        """Start with an empty screen."""
        self._lock = threading.Lock()  # rich draws in another thread
        self._state = Text(f"connecting to {url} ...")
        self._snapshot: Json | None = None
        self._flags: dict[str, Json] = {}
        self._events: deque[Json] = deque(maxlen=_EVENTS)
        self._screen = live.Live(
            get_renderable=self.draw, console=Console(), refresh_per_second=4, transient=False
        )

    def __enter__(self) -> Self:
        self._screen.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._screen.stop()

    def connected(self, url: str) -> None:
        """The streams are open."""
        self._state = Text(f"live from {url}   Ctrl-C ends", style="green")

    def lost(self, why: str, pause: float) -> None:
        """The connection is lost for the moment."""
        self._state = Text(f"{why}; again in {pause:.1f} s", style="yellow")

    def health(self, snapshot: Json) -> None:
        """Keep the newest snapshot."""
        self._snapshot = snapshot

    def flag(self, flag: Json) -> None:
        """Keep the current state of a flag."""
        with self._lock:
            self._flags[flag["key"]] = flag

    def event(self, event: Json, *, old: bool) -> None:
        """Keep the latest events, old ones included."""
        with self._lock:
            self._events.append(event)

    def draw(self) -> Group:
        """The whole screen."""
        with self._lock:
            flags = sorted(self._flags.values(), key=lambda f: str(f["updatedAt"]), reverse=True)
            events = list(self._events)
        parts: list[object] = [self._state]
        if self._snapshot is not None:
            parts += [table(COLUMNS, rows(self._snapshot)), cell(self._snapshot["overall"])]
        on = sum(flag["enabled"] for flag in flags)
        title = f"{len(flags)} flags, {on} on; last changed first"
        shown = [(f["key"], switch(f["enabled"]), f["rolloutPercentage"]) for f in flags[:_FLAGS]]
        parts.append(table(("flag", "state", "%"), shown, title))
        parts += [Text(printable(f"{event['at'][11:19]} {_event(event)}")) for event in events]
        return Group(*parts)  # type: ignore[arg-type]


def _line(moment: str, text: str) -> None:
    echo(f"{moment[:19]}Z {text}")


def _flag(flag: Json) -> str:
    return f"{flag['key']} {switch(flag['enabled'])} {flag['rolloutPercentage']} %"


def _event(event: Json) -> str:
    actor = next(iter((event.get("actor") or {}).values()), None)
    return f"{event['summary']} (by {actor})" if actor else str(event["summary"])
