"""`launch demo`: content to look at, and people who come."""

from typing import Annotated

import typer

from commands.shared.options import Json, Url, Yes


def demo(
    traffic: Annotated[
        bool, typer.Option("--traffic", help="Send made-up people to a running app instead.")
    ] = False,
    minutes: Annotated[float, typer.Option(min=0.05, max=1440, help="How long they come.")] = 5,
    per_minute: Annotated[
        float, typer.Option(min=0.1, max=600, help="How many come in a minute, on average.")
    ] = 12,
    failing: Annotated[
        float, typer.Option(min=0, max=100, help="Percent of them whose sign-up fails.")
    ] = 5,
    url: Url = None,
    as_json: Json = False,
    yes: Yes = False,
) -> None:
    """Load what is missing of the demo launch; changes nothing that is there.

    With --traffic: suppliers and couples sign up, add clients, invite, accept, decline, ask for
    help or leave half way, until the time is over or Ctrl-C. All of it goes through the public
    API of --url, without any right; the addresses end in .example, where nobody has a mailbox.
    """
    if not traffic:
        from commands.platform import database  # noqa: PLC0415 - heavy

        return database.run_demo()
    from commands.shared.client import connect  # noqa: PLC0415
    from commands.shared.output import confirm  # noqa: PLC0415
    from devserver import traffic as crowd  # noqa: PLC0415 - heavy

    server = connect(url, None).as_visitor()
    if not server.is_here:
        confirm(f"Make accounts of people who do not exist at {server.url}?", yes=yes)
    return crowd.run(server, crowd.Plan(minutes, per_minute, failing), as_json=as_json)
