"""The reason of a mutation is checked before anything else happens (D12).

The audit, the event log, streams and e-mails repeat a reason. Whether it is required is the
decision of the use case.
"""

import inspect
from collections.abc import Callable, Mapping

from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension

from schema.context import Info
from services.platform.texts import MAX_REASON, check_text

_REASON = "reason"


class CheckedReason(FieldExtension):
    """Raises Invalid, naming the field, for a reason that is too long or has control characters."""

    async def resolve_async(
        self,
        next_: AsyncExtensionResolver,
        source: object,
        info: Info,
        **kwargs: object,
    ) -> object:
        """Check the reason, then run the resolver."""
        form = kwargs.get("input")
        in_form = form.get(_REASON) if isinstance(form, Mapping) else getattr(form, _REASON, None)
        _check(kwargs.get(_REASON), is_argument=True)
        _check(in_form, is_argument=False)
        return await next_(source, info, **kwargs)


def reason_checks(resolver: Callable[..., object]) -> list[FieldExtension]:
    """Return the extension for a resolver that takes a reason, as an argument or in its input."""
    names = inspect.signature(resolver).parameters
    return [CheckedReason()] if _REASON in names or "input" in names else []


def _check(reason: object, *, is_argument: bool) -> None:
    if isinstance(reason, str):
        check_text(reason, _REASON, MAX_REASON, argument=is_argument)
