"""The command `launch`: run the system, operate it, and use its API."""

import gc
import sys
from typing import Annotated, NoReturn

import typer

from commands.accounts import accounts, login, team
from commands.alerting import alerts, silences
from commands.flags import flags, kill
from commands.health import health, watch
from commands.incidents import incidents
from commands.mail import mail
from commands.metrics import journeys, metrics
from commands.phases import launch_file, phases
from commands.platform import archive, demo, jobs, server
from commands.shared.errors import CommandError
from commands.webhooks import webhooks

# Objects of imported modules stay: collecting garbage among them takes a fifth of a start.
gc.set_threshold(50_000, 20, 20)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Operate product launches: phases, feature flags, health.",
)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        from commands.platform.version import version  # noqa: PLC0415
        from commands.shared.output import echo  # noqa: PLC0415 - heavy

        echo(version())
        raise typer.Exit


@app.callback()
def launch(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=_show_version,
            help="Show the version and its schema revision.",
        ),
    ] = False,
) -> None:
    """Operate product launches: phases, feature flags, health."""


_SERVER = "On the server (DATABASE_URL and REDIS_URL, or a running `launch up`)"
_CLIENT = "Over the network (--url, --token)"

app.command(rich_help_panel=_SERVER)(server.up)
app.command(rich_help_panel=_SERVER)(server.serve)
app.command(rich_help_panel=_SERVER)(server.worker)


@app.command(rich_help_panel=_SERVER)
def migrate(
    down: Annotated[
        str | None,
        typer.Option(metavar="REV", help="Downgrade to this revision; base: empty database."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
) -> None:
    """Migrate the database to the schema of this release, or down to an older one."""
    from commands.platform import database  # noqa: PLC0415 - heavy
    from commands.shared.output import confirm  # noqa: PLC0415

    if down is not None:
        confirm(f"Downgrade to {down}? Tables and their rows are lost.", yes=yes)
    database.run_migrate(down)


app.command(rich_help_panel=_SERVER)(demo.demo)
app.command(rich_help_panel=_SERVER)(accounts.admin)
app.add_typer(accounts.token, name="token", rich_help_panel=_SERVER)
app.add_typer(mail.app, name="mail", rich_help_panel=_SERVER)
app.command(rich_help_panel=_SERVER)(kill.kill)
app.add_typer(jobs.app, name="jobs", rich_help_panel=_SERVER)
app.command(rich_help_panel=_SERVER)(archive.archive)


@app.command(rich_help_panel=_SERVER)
def schema(
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Compare with schema/schema.graphql; exit code 1 if it differs."
        ),
    ] = False,
) -> None:
    """Print the GraphQL schema."""
    from commands.platform import sdl  # noqa: PLC0415 - heavy

    sdl.run(check=check)


app.command(rich_help_panel=_CLIENT)(login.login)
app.command(rich_help_panel=_CLIENT)(login.logout)
app.add_typer(phases.app, name="phases", rich_help_panel=_CLIENT)
app.command(rich_help_panel=_CLIENT)(launch_file.export)
app.command(rich_help_panel=_CLIENT)(launch_file.plan)
app.command(rich_help_panel=_CLIENT)(launch_file.apply)
app.add_typer(flags.app, name="flags", rich_help_panel=_CLIENT)
app.add_typer(team.app, name="staff", rich_help_panel=_CLIENT)
app.command(rich_help_panel=_CLIENT)(health.health)
app.command(rich_help_panel=_CLIENT)(metrics.metrics)
app.command(rich_help_panel=_CLIENT)(journeys.journeys)
alerts.app.command("silence")(silences.silence)
alerts.app.command("silences")(silences.list_silences)
alerts.app.command("unsilence")(silences.unsilence)
app.add_typer(alerts.app, name="alerts", rich_help_panel=_CLIENT)
app.add_typer(incidents.app, name="incidents", rich_help_panel=_CLIENT)
app.add_typer(webhooks.app, name="webhooks", rich_help_panel=_CLIENT)
app.command(rich_help_panel=_CLIENT)(watch.watch)


def main() -> None:
    """Run one command: an error is one line on stderr and exit code 1, wrong usage 2."""
    try:
        app(prog_name="launch")
    except CommandError as problem:
        _fail(str(problem))
    except Exception as error:
        _fail(f"Unexpected {type(error).__name__}: {error}")


def _fail(text: str) -> NoReturn:
    typer.echo(typer.style(f"error: {text}", fg="red"), err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
