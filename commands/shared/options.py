"""Options that several commands share."""

from typing import Annotated

import typer

Url = Annotated[
    str | None,
    typer.Option(
        envvar="LAUNCH_URL",
        show_default="the running `launch up`, else http://127.0.0.1:8000",
        help="The URL of the app.",
    ),
]
Token = Annotated[
    str | None,
    typer.Option(
        envvar="LAUNCH_TOKEN",
        show_default="what `launch login` has stored for the URL",
        help="An API token or a session token.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
Reason = Annotated[str | None, typer.Option(help="The reason, for the audit.")]
