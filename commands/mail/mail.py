"""`launch mail`: the outbox, on the server itself."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commands.shared.options import Json, Yes

app = typer.Typer(no_args_is_help=True, help="The outbox of letters.")


class State(StrEnum):
    """Where a letter stands; the words of domain.mail.outbox, which is heavy to import."""

    WAITING = "waiting"
    QUEUED = "queued"
    RETRYING = "retrying"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


Status = Annotated[list[State] | None, typer.Option(help="Only these; repeat it.")]
To = Annotated[str | None, typer.Option(help="Only letters to this address.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")]
Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Letters by their ids.")]


@app.command("list")
def list_mails(
    status: Status = None, to: To = None, limit: Limit = 50, as_json: Json = False
) -> None:
    """Show letters, the newest first."""
    from commands.mail import mail_work  # noqa: PLC0415 - heavy

    mail_work.show_list(mail_work.wanted(status, to), limit, as_json=as_json)


@app.command()
def show(mail_id: Annotated[str, typer.Argument(metavar="ID")], as_json: Json = False) -> None:
    """Show one letter with every attempt; its text, while it is unsent."""
    from commands.mail import mail_work  # noqa: PLC0415 - heavy

    mail_work.show_one(mail_id, as_json=as_json)


@app.command()
def retry(
    ids: Ids = None,
    status: Annotated[
        list[State] | None, typer.Option(help="All in this state, such as failed or waiting.")
    ] = None,
) -> None:
    """Try letters again; a worker takes them at once."""
    from commands.mail import mail_work  # noqa: PLC0415 - heavy

    if bool(ids) == bool(status):
        raise typer.BadParameter("give ids, or --status")
    mail_work.retry(ids or (), status or ())


@app.command()
def cancel(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Letters by their ids.")],
    yes: Yes = False,
) -> None:
    """Take letters back that are not sent; their words are forgotten."""
    from commands.mail import mail_work  # noqa: PLC0415 - heavy
    from commands.shared.output import confirm  # noqa: PLC0415

    confirm(f"Take {len(ids)} letters back?", yes=yes)
    mail_work.cancel(ids)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="It is made where it is not.")],
    status: Status = None,
    to: To = None,
    limit: Limit = 1000,
) -> None:
    """Write unsent letters as .eml files, which mail programs open.

    They hold links that let their reader in: the files are for their owner only.
    """
    from commands.mail import mail_work  # noqa: PLC0415 - heavy

    mail_work.export(folder, mail_work.wanted(status, to), limit)
