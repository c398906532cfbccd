"""`launch webhooks`: webhooks and their deliveries."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from commands.shared.client import Json as Data
from commands.shared.client import connect
from commands.shared.errors import CommandError
from commands.shared.options import Json, Token, Url, Yes
from commands.shared.output import confirm, remark, show, show_json, table

app = typer.Typer(no_args_is_help=True, help="Webhooks: subscriptions that are sent to a URL.")

_PARTS = "id url active pausedReason failures lastCursor nextAttemptAt createdAt document"
LIST = f"query Webhooks {{ webhooks(first: 100) {{ nodes {{ {_PARTS} }} }} }}"
CREATE = f"""
mutation Create($url: String!, $subscription: String!, $secret: String!, $dryRun: Boolean!) {{
  createWebhook(url: $url, document: $subscription, secret: $secret, dryRun: $dryRun) {{
    webhook {{ {_PARTS} }} samplePayload errors {{ message }}
  }}
}}
"""
UPDATE = f"""
mutation Update($input: UpdateWebhookInput!) {{
  updateWebhook(input: $input) {{ webhook {{ {_PARTS} }} errors {{ message }} }}
}}
"""
DELETE = "mutation Delete($id: ID!) { deleteWebhook(id: $id) { errors { message } } }"
SKIP = """
mutation Skip($id: ID!, $reason: String!) {
  skipWebhookToNow(id: $id, reason: $reason) { skippedEvents errors { message } }
}
"""
DELIVERIES = """
query Deliveries($id: ID!, $first: Int!) {
  webhookDeliveries(webhookId: $id, first: $first) {
    nodes { id messageId createdAt delivered attempts status error latencyMs payload }
  }
}
"""
RETRY = "mutation Retry($id: ID!) { retryWebhookDelivery(id: $id) { errors { message } } }"
_HOOKS = ("id", "url", "state", "failures", "made")
_MESSAGES = ("id", "at", "what", "state", "tries", "status", "took")

Id = Annotated[str, typer.Argument(help="The id of the webhook, from `list`.")]
Document = Annotated[Path, typer.Option(help="A file with the subscription document; - is stdin.")]
SecretFile = Annotated[Path, typer.Option(help="A file with the signing secret.")]


@app.command("list")
def list_all(as_json: Json = False, url: Url = None, token: Token = None) -> None:
    """List webhooks with their status."""
    hooks = connect(url, token).ask(LIST)["webhooks"]["nodes"]
    if as_json:
        show_json(hooks)
    else:
        show(table(_HOOKS, map(_hook, hooks)))


@app.command()
def create(
    target: Annotated[str, typer.Argument(metavar="URL", help="The receiver.")],
    document: Document,
    secret_file: SecretFile,
    dry_run: Annotated[
        bool, typer.Option(help="Only check the document, and show a sample.")
    ] = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Create a webhook that sends the results of a subscription to a URL."""
    payload = connect(url, token).change(
        CREATE,
        url=target,
        subscription=_text(document),
        secret=_text(secret_file).strip(),
        dryRun=dry_run,
    )
    if payload["samplePayload"] is None:
        remark("No recorded event matches the subscription.", "yellow")
    else:
        show_json(payload["samplePayload"])
    if payload["webhook"] is not None:
        remark(f"Webhook {payload['webhook']['id']} is active.")


@app.command()
def pause(webhook: Id, url: Url = None, token: Token = None) -> None:
    """Pause a webhook; later events wait."""
    connect(url, token).change(UPDATE, input={"id": webhook, "active": False})
    remark("Paused.")


@app.command()
def resume(webhook: Id, url: Url = None, token: Token = None) -> None:
    """Resume a webhook where it stopped."""
    connect(url, token).change(UPDATE, input={"id": webhook, "active": True})
    remark("Resumed.")


@app.command()
def skip(
    webhook: Id,
    reason: Annotated[str, typer.Option(help="The reason, for the audit.")],
    yes: Yes = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Skip all waiting events; later events are sent."""
    confirm("Skip all events that are waiting?", yes=yes)
    done = connect(url, token).change(SKIP, id=webhook, reason=reason)
    remark(f"Skipped {done['skippedEvents']} events. A paused webhook still needs `resume`.")


@app.command()
def delete(webhook: Id, yes: Yes = False, url: Url = None, token: Token = None) -> None:
    """Delete a webhook and the log of its deliveries."""
    confirm("Delete the webhook and its log?", yes=yes)
    connect(url, token).change(DELETE, id=webhook)
    remark("Deleted.")


@app.command()
def deliveries(
    webhook: Id,
    limit: Annotated[int, typer.Option(min=1, max=100, help="The most to list.")] = 20,
    as_json: Json = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """List the newest deliveries of a webhook."""
    data = connect(url, token).ask(DELIVERIES, id=webhook, first=limit)
    nodes = data["webhookDeliveries"]["nodes"]
    if as_json:
        show_json(nodes)
    else:
        show(table(_MESSAGES, map(_delivery, nodes)))


@app.command()
def retry(
    delivery: Annotated[str, typer.Argument(help="The id of the delivery.")],
    url: Url = None,
    token: Token = None,
) -> None:
    """Retry a delivery now, or send a delivered one again."""
    connect(url, token).change(RETRY, id=delivery)
    remark("It is retried within seconds.")


def _hook(hook: Data) -> tuple[object, ...]:
    state = "active" if hook["active"] else f"PAUSED: {hook['pausedReason']}"
    return (hook["id"], hook["url"], state, hook["failures"], _at(hook["createdAt"]))


def _delivery(item: Data) -> tuple[object, ...]:
    state = "taken" if item["delivered"] else item["error"] or "waiting"
    took = "" if item["latencyMs"] is None else f"{item['latencyMs']} ms"
    event_type, status = item["payload"]["type"], item["status"] or ""
    return (item["id"], _at(item["createdAt"]), event_type, state, item["attempts"], status, took)


def _at(moment: str) -> str:
    return moment[:19].replace("T", " ")


def _text(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
