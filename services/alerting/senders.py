"""Sends messages through Apprise, which blocks: in threads, with a deadline (S117)."""

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
    """The channel did not accept the message. The text contains no secret."""


class Sender(Protocol):
    """Sends a message to a channel."""

    async def __call__(self, channel: Channel, message: Delivery, /) -> None:
        """Send a message; raises NotSent where the channel did not accept it."""


async def send(channel: Channel, message: Delivery) -> None:
    """Send a message to the service of a channel; raises NotSent, after ten seconds at most."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            error = await in_thread(partial(_notify, channel, message), name="alert")
    except TimeoutError:
        raise NotSent(f"no answer within {SEND_SECONDS:g} s") from None
    except Exception as problem:
        raise NotSent(_mask_url(channel, describe(problem))) from None
    if error is not None:
        raise NotSent(_mask_url(channel, error))


def _notify(channel: Channel, message: Delivery) -> str | None:
    """Send with Apprise; returns its error, or None where the service accepted the message."""
    from apprise import Apprise  # noqa: PLC0415 - heavy, and not needed without channels

    service = Apprise(asset=_asset())
    if not service.add(channel.url):
        return "Apprise does not support this URL"
    result = service.notify(
        body=message.body,
        title=message.title,
        notify_type=_type_of(message),
        body_format="text",
    )
    if result:
        return None
    messages = [entry.message for entry in result.logs()]
    return messages[-1] if messages else "the service did not accept it"


def _type_of(message: Delivery) -> str:
    if message.kind is AlertKind.TEST:
        return "info"
    if message.kind is AlertKind.RESOLVED:
        return "success"
    return "failure" if message.severity is Severity.CRITICAL else "warning"


def load() -> None:
    """Load the plugins and quieten the loggers. Call it in the main thread, before any message."""
    from apprise import Apprise  # noqa: PLC0415 - heavy

    # Both log URLs, which are secrets; this package logs scrubbed texts itself.
    apprise_logger = logging.getLogger("apprise")
    apprise_logger.propagate = False
    apprise_logger.setLevel(logging.WARNING)
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


def _mask_url(channel: Channel, text: str) -> str:
    """Mask the parts of the URL: a service may repeat them in its error."""
    parts = re.split(r"[/@:?&=#]+", channel.url.partition("://")[2])
    for part in {*parts, *map(unquote, parts)}:
        if len(part) > 3 and part not in channel.name:
            text = text.replace(part, "***")
    return scrub(text)
