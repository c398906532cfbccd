"""`launch mail`: the outbox, managed on the server itself."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commands.shared.options import Json, Yes

app = typer.Typer(no_args_is_help=True, help="The outbox of e-mails.")


class State(StrEnum):
    """The statuses of an e-mail; the names of domain.mail.outbox, which is heavy to import."""

    WAITING = "waiting"
    QUEUED = "queued"
    RETRYING = "retrying"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


Status = Annotated[list[State] | None, typer.Option(help="Only this status; can be repeated.")]
To = Annotated[str | None, typer.Option(help="Only e-mails to this address.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="The most to list.")]
Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="The ids of e-mails.")]


@app.command("list")
def list_mails(
    status: Status = None, to: To = None, limit: Limit = 50, as_json: Json = False
) -> None:
    """List e-mails, newest first."""
    from commands.mail import mail_work  # noqa: PLC0415 - heavy

    mail_work.show_list(mail_work.mail_filter(status, to), limit, as_json=as_json)


@app.command()
def show(mail_id: Annotated[str, typer.Argument(metavar="ID")], as_json: Json = False) -> None:
    """Show an e-mail with its attempts; its text while it is unsent."""
    from commands.mail import mail_work  # noqa: PLC0415 - heavy

    mail_work.show_one(mail_id, as_json=as_json)


@app.command()
def retry(
    ids: Ids = None,
    status: Annotated[
        list[State] | None, typer.Option(help="All with this status, such as failed or waiting.")
    ] = None,
) -> None:
    """Retry e-mails; a worker sends them at once."""
    from commands.mail import mail_work  # noqa: PLC0415 - heavy

    if bool(ids) == bool(status):
        raise typer.BadParameter("give ids, or --status")
    mail_work.retry(ids or (), status or ())


@app.command()
def cancel(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="The ids of e-mails.")],
    yes: Yes = False,
) -> None:
    """Cancel unsent e-mails; their text is deleted."""
    from commands.mail import mail_work  # noqa: PLC0415 - heavy
    from commands.shared.output import confirm  # noqa: PLC0415

    confirm(f"Cancel {len(ids)} e-mails?", yes=yes)
    mail_work.cancel(ids)


@app.command()
def export(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder; it is created if missing.")
    ],
    status: Status = None,
    to: To = None,
    limit: Limit = 1000,
) -> None:
    """Write unsent e-mails as .eml files, which mail programs open.

    The links in them log their reader in, so the files are readable by their owner only.
    """
    from commands.mail import mail_work  # noqa: PLC0415 - heavy

    mail_work.export(folder, mail_work.mail_filter(status, to), limit)
