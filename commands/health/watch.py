"""`launch watch`: health, flags and events live, in the terminal or as lines."""

from typing import Annotated

import typer

from commands.shared.client import connect
from commands.shared.options import Token, Url


def watch(
    events_only: Annotated[
        bool, typer.Option("--events-only", help="Plain lines of events, for scripts.")
    ] = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Follow the launch live until Ctrl-C.

    A live view on a terminal, plain lines elsewhere. After a lost connection it reconnects and
    shows what happened meanwhile.
    """
    import asyncio  # noqa: PLC0415
    import sys  # noqa: PLC0415

    from commands.health.watch_stream import follow  # noqa: PLC0415 - heavy
    from commands.health.watch_view import Lines, Live, View  # noqa: PLC0415
    from commands.shared.signals import until_interrupted  # noqa: PLC0415

    server = connect(url, token)
    view: View = Live(server.url) if sys.stdout.isatty() and not events_only else Lines()
    try:
        with view:
            asyncio.run(until_interrupted(follow(server, view, events_only=events_only)))
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
