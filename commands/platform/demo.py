"""`launch demo`: the demo launch and its traffic."""

from typing import Annotated

import typer

from commands.shared.options import Json, Url, Yes


def demo(
    traffic: Annotated[
        bool, typer.Option("--traffic", help="Simulate users of a running app instead.")
    ] = False,
    minutes: Annotated[float, typer.Option(min=0.05, max=1440, help="How long to run.")] = 5,
    per_minute: Annotated[
        float, typer.Option(min=0.1, max=600, help="Visitors per minute, on average.")
    ] = 12,
    failing: Annotated[
        float, typer.Option(min=0, max=100, help="Percentage of sign-ups that fail.")
    ] = 5,
    url: Url = None,
    as_json: Json = False,
    yes: Yes = False,
) -> None:
    """Load the missing parts of the demo launch; existing content is not changed.

    With --traffic: suppliers and couples sign up, add clients, invite, accept, decline, ask for
    help or leave half way, until the time is over or Ctrl-C is pressed. All of it uses the public
    API of --url without special rights; the addresses end in .example, which has no mailboxes.
    """
    if not traffic:
        from commands.platform import database  # noqa: PLC0415 - heavy

        return database.run_demo()
    from commands.shared.client import connect  # noqa: PLC0415
    from commands.shared.output import confirm  # noqa: PLC0415
    from devserver import traffic as crowd  # noqa: PLC0415 - heavy

    server = connect(url, None).as_visitor()
    if not server.is_here:
        confirm(f"Create accounts of simulated users at {server.url}?", yes=yes)
    return crowd.run(server, crowd.Plan(minutes, per_minute, failing), as_json=as_json)
