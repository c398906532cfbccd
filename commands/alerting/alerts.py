"""`launch alerts`: test the channels, and list the delivered messages."""

from typing import Annotated

import typer

from commands.shared.client import Json as Data
from commands.shared.client import connect
from commands.shared.options import Json, Token, Url
from commands.shared.output import remark, show, show_json, table

app = typer.Typer(no_args_is_help=True, help="Alerts: channels and the log of messages.")

TEST = """
mutation Test {
  sendTestAlert { results { channel delivered latencyMs error } errors { message } }
}
"""
LIST = """
query Alerts($first: Int!) {
  alertChannels {
    name minimumSeverity escalatesAfterSeconds lastSuccessAt lastFailureAt lastError lastTestAt
  }
  alertDeliveries(first: $first) {
    nodes { kind channel title createdAt delivered finished attempts latencyMs lastError }
  }
}
"""
CHANNELS = ("channel", "from", "last success", "last failure", "last test")
MESSAGES = ("at", "channel", "message", "state", "tries", "took")


@app.command("test")
def try_channels(as_json: Json = False, url: Url = None, token: Token = None) -> None:
    """Send a test message to every channel; exit code 1 if one fails."""
    results = connect(url, token).change(TEST)["results"]
    if as_json:
        show_json(results)
    else:
        show(table(("channel", "delivered", "took", "why not"), map(_result, results)))
    raise typer.Exit(0 if all(item["delivered"] for item in results) else 1)


@app.command("list")
def list_alerts(
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many messages.")] = 20,
    as_json: Json = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """List the channels and the newest messages."""
    data = connect(url, token).ask(LIST, first=limit)
    if as_json:
        show_json(data)
        return
    if not data["alertChannels"]:
        remark("No channel is configured: set ALERT_URLS.", "yellow")
    show(table(CHANNELS, map(_channel, data["alertChannels"])))
    show(table(MESSAGES, map(_message, data["alertDeliveries"]["nodes"])))


def _result(result: Data) -> tuple[object, ...]:
    delivered = "yes" if result["delivered"] else "NO"
    return (result["channel"], delivered, _took(result), result["error"] or "")


def _channel(channel: Data) -> tuple[object, ...]:
    moments = ("lastSuccessAt", "lastFailureAt", "lastTestAt")
    return (channel["name"], _from(channel), *(at(channel[name]) for name in moments))


def _from(channel: Data) -> str:
    """The least severity, and the escalation delay if there is one."""
    after, severity = channel["escalatesAfterSeconds"], str(channel["minimumSeverity"])
    return severity if after is None else f"{severity} after {after:g} s"


def _message(message: Data) -> tuple[object, ...]:
    return (
        at(message["createdAt"]),
        message["channel"],
        message["title"],
        _state(message),
        message["attempts"],
        _took(message),
    )


def _state(message: Data) -> str:
    if message["delivered"]:
        return "sent"
    error = message["lastError"] or "waiting"
    return f"NOT SENT: {error}" if message["finished"] else error


def _took(message: Data) -> str:
    took = message["latencyMs"]
    return "" if took is None else f"{took} ms"


def at(moment: str | None) -> str:
    """A moment in UTC, to the second."""
    return (moment or "")[:19].replace("T", " ")
