"""Root fields: one helper each for queries, mutations and subscriptions, with their scopes.

A scope is declared on the field and enforced by the same declaration (A53); a test walks
the built schema and finds every field that has none and is not in PUBLIC_FIELDS.
"""

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any

import strawberry
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension

from db.reads.base import Read
from domain.actors import ANONYMOUS, Scope, UserType
from domain.errors import ErrorCode, LaunchError, RateLimited, parts_of
from domain.flags.guarded_operations import guards_of_call
from schema.context import Context, Info
from schema.directives import CostDirective, ScopeDirective
from schema.errors import Refused, TopLevelCode
from schema.list_arguments import list_filters, resolved
from schema.planned import BUILDER_KEY, CALLER_FLAGS, ComputedField, read_rows
from services.flags import feature_gates

# Open to everybody, or checked inside against the caller's own data.
PUBLIC_FIELDS = frozenset(
    {
        "Query.node",
        "Query.nodes",
        "Query.rateLimit",
        "Query.systemStatus",
        "Query.viewer",
        "Query.viewerFlags",
        "Query.guardedOperations",
        "Query.invitation",
        "Mutation.signUp",
        "Mutation.logIn",
        "Mutation.logOut",
        "Mutation.requestPasswordReset",
        "Mutation.resetPassword",
        "Mutation.requestLogInLink",
        "Mutation.logInByLink",
        "Mutation.acceptInvitation",
        "Mutation.openInvitation",
        "Mutation.declineInvitation",
        "Mutation.acknowledgeFlags",
        "Mutation.confirmEmail",
        "Subscription.viewerFlags",
        "Subscription.viewerOnboarding",
    }
)


def require(context: Context, scopes: tuple[Scope, ...]) -> None:
    """Raise unless the caller holds one of the scopes."""
    actor = context.actor
    if actor.allows(scopes):
        return
    if context.auth_unavailable:
        raise Refused(TopLevelCode.DEPENDENCY_DOWN, "Access cannot be checked now: try again.")
    if actor.is_anonymous:
        raise Refused(TopLevelCode.UNAUTHENTICATED, "Log in or send a token to see this.")
    names = " or ".join(scope.value for scope in scopes)
    raise Refused(TopLevelCode.FORBIDDEN, f"This needs the scope {names}.")


class RequireScope(FieldExtension):
    """Refuses callers without one of the scopes before the resolver runs."""

    def __init__(self, scopes: tuple[Scope, ...]) -> None:
        """`scopes`: one of these is enough."""
        self.scopes = scopes

    async def resolve_async(
        self,
        next_: AsyncExtensionResolver,
        source: object,
        info: Info,
        **kwargs: object,
    ) -> object:
        """Check, then go on."""
        require(info.context, self.scopes)
        return await resolved(next_(source, info, **kwargs))


_SIGN_UP = "signUp"
_VISITOR_SIDES = {"acceptInvitation": UserType.COUPLE}


class FeatureGuard(FieldExtension):
    """Raises FeatureOff before the resolver runs. What no registry names is open."""

    async def resolve_async(
        self,
        next_: AsyncExtensionResolver,
        source: object,
        info: Info,
        **kwargs: object,
    ) -> object:
        """Check, then go on."""
        await _check_flags(info.context, info.field_name, kwargs)
        return await resolved(next_(source, info, **kwargs))


async def _check_flags(context: Context, name: str, arguments: Mapping[str, object]) -> None:
    form = arguments.get("input")
    actor = ANONYMOUS if name == _SIGN_UP else context.actor  # it is for whom the form is about
    stated = _VISITOR_SIDES.get(name) or _form_field(form, "user_type")
    side = feature_gates.side_of(actor, UserType(stated) if stated else None)
    operations = guards_of_call(name, arguments.get("step"), side)
    if not operations:
        return
    # Without an e-mail in the form, the code of the invitation stands for whom it went to.
    key = _form_field(form, "email") or _form_field(form, "code")
    seen = feature_gates.context_of(actor, side, key)
    flags = context.runtime.flags.current
    for operation in operations:
        await feature_gates.check(context.runtime.db, flags, operation, seen)


def _form_field(form: object, name: str) -> str | None:
    value = form.get(name) if isinstance(form, Mapping) else getattr(form, name, None)
    return str(value) if value else None


class ExpectedFailures(FieldExtension):
    """Turns an expected failure of a mutation into `errors` of its payload (A44)."""

    def __init__(self, failed: Callable[[LaunchError], object]) -> None:
        """`failed` makes the payload."""
        self.failed = failed

    async def resolve_async(
        self,
        next_: AsyncExtensionResolver,
        source: object,
        info: Info,
        **kwargs: object,
    ) -> object:
        """Run the mutation; only LaunchError becomes data."""
        try:
            return await next_(source, info, **kwargs)
        except LaunchError as error:
            info.context.at_fault |= error.code is ErrorCode.DEPENDENCY_DOWN
            _tell_wait(info.context, error)
            return self.failed(error)


def _tell_wait(context: Context, error: LaunchError) -> None:
    """Say in the reply over HTTP when to come back, as every limit does."""
    waits = [part.retry_after_seconds for part in parts_of(error) if isinstance(part, RateLimited)]
    if waits and context.response is not None:
        context.response.headers["retry-after"] = str(math.ceil(max(waits)))


def query(
    resolver: Callable[..., object],
    *scopes: Scope,
    cost: int | None = None,
    read: Read | None = None,
    builder: ComputedField | None = None,
    is_view: bool = False,
    deprecated: str | None = None,
) -> Any:  # noqa: ANN401 - assigned to a field of any type
    """A field of Query, described by the resolver's docstring.

    `read`: the rows that it shows, for query plans; `built`: what makes objects of them.
    `is_view`: it shows the flags of the caller, which the process has in memory.
    """
    metadata = dict(read_rows(read) if read else {})
    if builder is not None:
        metadata[BUILDER_KEY] = builder
    if is_view:
        metadata |= CALLER_FLAGS
    return _field(resolver, scopes, cost, list_filters(resolver), metadata, deprecated)


def mutation(
    resolver: Callable[..., object],
    *scopes: Scope,
    failed: Callable[[LaunchError], object] | None = None,
    cost: int | None = None,
    deprecated: str | None = None,
) -> Any:  # noqa: ANN401 - assigned to a field of any type
    """A field of Mutation; with `failed`, expected failures come back in that payload.

    `cost`: where it is another than that of any mutation. `deprecated`: what to use instead, and
    until when this stays.
    """
    extensions: list[FieldExtension] = [FeatureGuard()]  # the last of them runs first
    extensions += [ExpectedFailures(failed)] if failed else []
    return _field(resolver, scopes, cost, extensions, deprecated=deprecated)


def subscription(resolver: Callable[..., object], *scopes: Scope) -> Any:  # noqa: ANN401 - assigned to a field of any type
    """A field of Subscription."""
    return strawberry.subscription(
        resolver=resolver,
        description=inspect.getdoc(resolver),
        directives=_directives(scopes, None),
        extensions=[FeatureGuard(), *_guards(scopes), *list_filters(resolver)],
    )


def _field(
    resolver: Callable[..., object],
    scopes: tuple[Scope, ...],
    cost: int | None,
    extensions: list[FieldExtension],
    metadata: Mapping[str, object] | None = None,
    deprecated: str | None = None,
) -> object:
    return strawberry.field(
        resolver=resolver,
        description=inspect.getdoc(resolver),
        directives=_directives(scopes, cost),
        extensions=[*_guards(scopes), *extensions],
        metadata=metadata,
        deprecation_reason=deprecated,
    )


def _guards(scopes: tuple[Scope, ...]) -> list[FieldExtension]:
    return [RequireScope(scopes)] if scopes else []


def _directives(scopes: tuple[Scope, ...], cost: int | None) -> list[object]:
    directives: list[object] = []
    if scopes:
        directives.append(ScopeDirective(any=list(scopes)))
    if cost is not None:
        directives.append(CostDirective(weight=cost))
    return directives
