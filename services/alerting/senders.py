"""Sending through Apprise: blocking, so in threads of its own, with a deadline (S117)."""

import asyncio
import logging
import re
import warnings
from functools import cache, partial
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote

from domain.alerting.alert_channels import Channel
from domain.alerting.alert_deliveries import Delivery
from domain.alerting.alerts import AlertKind
from domain.incidents.incidents import Severity
from domain.platform.redaction import describe, scrub
from services.platform.background import in_thread

if TYPE_CHECKING:
    from apprise import AppriseAsset

SEND_SECONDS = 10.0


class NotSent(Exception):
    """The channel did not take the message. The text holds no secret."""


class Sender(Protocol):
    """Brings a message to a channel."""

    async def __call__(self, channel: Channel, message: Delivery, /) -> None:
        """Raises NotSent where the channel did not take it."""


async def send(channel: Channel, message: Delivery) -> None:
    """Hand a message to the service behind a channel; raises NotSent after ten seconds."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            error = await in_thread(partial(_notify, channel, message), name="alert")
    except TimeoutError:
        raise NotSent(f"no answer within {SEND_SECONDS:g} s") from None
    except Exception as problem:
        raise NotSent(_without(channel, describe(problem))) from None
    if error is not None:
        raise NotSent(_without(channel, error))


def _notify(channel: Channel, message: Delivery) -> str | None:
    """What went wrong, as Apprise tells it; None where the service took the message."""
    from apprise import Apprise  # noqa: PLC0415 - heavy, and not needed without channels

    service = Apprise(asset=_asset())
    if not service.add(channel.url):
        return "Apprise does not understand this URL"
    result = service.notify(
        body=message.body,
        title=message.title,
        notify_type=_type_of(message),
        body_format="text",
    )
    if result:
        return None
    said = [entry.message for entry in result.logs()]
    return said[-1] if said else "the service did not take it"


def _type_of(message: Delivery) -> str:
    if message.kind is AlertKind.TEST:
        return "info"
    if message.kind is AlertKind.RESOLVED:
        return "success"
    return "failure" if message.severity is Severity.CRITICAL else "warning"


def load() -> None:
    """Before the first message, and not in a thread: plugins are read, loggers made discreet."""
    from apprise import Apprise  # noqa: PLC0415 - heavy

    # Both write URLs into the log, and these are secrets; we log what is scrubbed ourselves.
    ours = logging.getLogger("apprise")
    ours.propagate = False
    ours.setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of plugins that are not ours
        Apprise.instantiate("json://localhost", asset=_asset())


@cache
def _asset() -> "AppriseAsset":
    from apprise import AppriseAsset  # noqa: PLC0415 - heavy

    return AppriseAsset(
        app_id="WedSync Launch",
        app_desc="WedSync Launch",
        async_mode=False,
        secure_logging=True,
        storage_mode="memory",
        service_timeout=0,  # ours counts
        allow_templates=False,  # texts are ours and people's: nothing in them is a variable
    )


def _without(channel: Channel, text: str) -> str:
    """A service may repeat in its error what it was called with."""
    parts = re.split(r"[/@:?&=#]+", channel.url.partition("://")[2])
    for part in {*parts, *map(unquote, parts)}:
        if len(part) > 3 and part not in channel.name:
            text = text.replace(part, "***")
    return scrub(text)
