"""The texts of a mutation are checked before anything else happens (D12).

The audit, the event log, streams and e-mails repeat a reason. Whether it is required is the
decision of the use case. Texts in which addresses are hidden from a caller must not come back: they
would be stored in place of the addresses.
"""

import inspect
from collections.abc import Callable, Mapping

from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension
from strawberry.utils.str_converters import to_camel_case

from domain.errors import Invalid
from domain.platform.redaction import HIDDEN, hidden_texts
from schema.context import Info
from services.platform.texts import MAX_REASON, check_text

_REASON = "reason"


class CheckedTexts(FieldExtension):
    """Raises Invalid, naming the field, for a reason or a text that must not be stored."""

    async def resolve_async(
        self,
        next_: AsyncExtensionResolver,
        source: object,
        info: Info,
        **kwargs: object,
    ) -> object:
        """Check the texts, then run the resolver."""
        form = kwargs.get("input")
        in_form = form.get(_REASON) if isinstance(form, Mapping) else getattr(form, _REASON, None)
        _check(kwargs.get(_REASON), is_argument=True)
        _check(in_form, is_argument=False)
        if not info.context.actor.sees_private_data:
            for path in hidden_texts(kwargs):
                message = f"Addresses in this text are hidden from you, and {HIDDEN} is not stored."
                raise Invalid(message, path=tuple(map(to_camel_case, path)))
        return await next_(source, info, **kwargs)


def text_checks(resolver: Callable[..., object]) -> list[FieldExtension]:
    """Return the extension for a resolver that takes anything but itself and `info`."""
    return [CheckedTexts()] if inspect.signature(resolver).parameters.keys() - {"info"} else []


def _check(reason: object, *, is_argument: bool) -> None:
    if isinstance(reason, str):
        check_text(reason, _REASON, MAX_REASON, argument=is_argument)
