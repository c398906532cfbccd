"""Helpers that define root fields: queries, mutations and subscriptions, with their scopes.

One declaration documents and enforces the scope of a field (A53). A test walks the schema and fails
for a field that has no scope and is not in PUBLIC_FIELDS.
"""

import inspect
import math
from collections.abc import Callable, Mapping
from datetime import timedelta
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
from schema.list_arguments import await_result, list_filters
from schema.mutation_texts import text_checks
from schema.planned import BUILDER_KEY, CALLER_FLAGS, ComputedField, read_rows
from services.accounts import legal_documents
from services.flags import feature_gates
from services.marketplace import couple_joining

# Fields without a scope: public, or restricted to the caller's own data by the resolver.
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
        "Query.coupleInvitation",
        "Query.legalDocuments",
        "Mutation.signUp",
        "Mutation.logIn",
        "Mutation.logOut",
        "Mutation.requestPasswordReset",
        "Mutation.resetPassword",
        "Mutation.requestLogInLink",
        "Mutation.logInByLink",
        "Mutation.acceptInvitation",
        "Mutation.acceptCoupleInvitation",
        "Mutation.openInvitation",
        "Mutation.declineInvitation",
        "Mutation.declineCoupleInvitation",
        "Mutation.requestNewLink",
        "Mutation.acknowledgeFlags",
        "Mutation.confirmEmail",
        "Subscription.viewerFlags",
        "Subscription.viewerOnboarding",
    }
)


def require(context: Context, scopes: tuple[Scope, ...]) -> None:
    """Raise Refused unless the caller has one of the scopes."""
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
        """One of the scopes is enough."""
        self.scopes = scopes

    async def resolve_async(
        self,
        next_: AsyncExtensionResolver,
        source: object,
        info: Info,
        **kwargs: object,
    ) -> object:
        """Check the scopes, then run the resolver."""
        require(info.context, self.scopes)
        return await await_result(next_(source, info, **kwargs))


_SIGN_UP = "signUp"
_JOIN = "acceptCoupleInvitation"
_VISITOR_SIDES = {"acceptInvitation": UserType.COUPLE, _JOIN: UserType.COUPLE}


class FeatureGuard(FieldExtension):
    """Raises FeatureOff before the resolver runs if a flag of the guarded operation is off.

    And ConsentRequired if the account should have accepted documents by now.
    """

    async def resolve_async(
        self,
        next_: AsyncExtensionResolver,
        source: object,
        info: Info,
        **kwargs: object,
    ) -> object:
        """Check the flags and the consent of the caller, then run the resolver."""
        await _check_flags(info.context, info.field_name, kwargs)
        await _check_consent(info.context, info.field_name)
        return await await_result(next_(source, info, **kwargs))


async def _check_flags(context: Context, name: str, arguments: Mapping[str, object]) -> None:
    form = arguments.get("input")
    actor = ANONYMOUS if name == _SIGN_UP else context.actor  # the new account counts, not ours
    user_type = _VISITOR_SIDES.get(name) or _form_field(form, "user_type")
    side = feature_gates.side_of(actor, UserType(user_type) if user_type else None)
    operations = guards_of_call(name, arguments.get("step"), side)
    if not operations:
        return
    # Without an e-mail in the form, the code of the invitation identifies the recipient.
    code = _form_field(form, "code")
    key = _form_field(form, "email") or code
    evaluation_context = feature_gates.context_of(actor, side, key)
    if name == _JOIN and code is not None:
        async with context.runtime.db.read() as session:
            inviter = await couple_joining.let_in_as(session, code)
        evaluation_context = inviter or evaluation_context
    flags = context.runtime.flags.current
    for operation in operations:
        await feature_gates.check(context.runtime.db, flags, operation, evaluation_context)


async def _check_consent(context: Context, name: str) -> None:
    runtime = context.runtime
    grace = timedelta(days=runtime.settings.consent_grace_days)
    await legal_documents.require_consent(runtime.db, context.actor, name, context.now, grace)


def _form_field(form: object, name: str) -> str | None:
    value = form.get(name) if isinstance(form, Mapping) else getattr(form, name, None)
    return str(value) if value else None


class ExpectedFailures(FieldExtension):
    """Turns an expected failure of a mutation into `errors` of its payload (A44)."""

    def __init__(self, failed: Callable[[LaunchError], object]) -> None:
        """`failed` builds the payload from the error."""
        self.failed = failed

    async def resolve_async(
        self,
        next_: AsyncExtensionResolver,
        source: object,
        info: Info,
        **kwargs: object,
    ) -> object:
        """Run the mutation; a LaunchError becomes data."""
        try:
            return await next_(source, info, **kwargs)
        except LaunchError as error:
            info.context.at_fault |= error.code is ErrorCode.DEPENDENCY_DOWN
            _set_retry_after(info.context, error)
            return self.failed(error)


def _set_retry_after(context: Context, error: LaunchError) -> None:
    """Set the header Retry-After of a reply over HTTP."""
    waits = [part.retry_after_seconds for part in parts_of(error) if isinstance(part, RateLimited)]
    if waits and context.response is not None:
        context.response.headers["retry-after"] = str(math.ceil(max(waits)))


def query(
    resolver: Callable[..., object],
    *scopes: Scope,
    cost: int | None = None,
    read: Read | None = None,
    builder: ComputedField | None = None,
    shows_caller_flags: bool = False,
    deprecated: str | None = None,
) -> Any:  # noqa: ANN401 - assigned to a field of any type
    """Define a field of Query; the docstring of the resolver is its description.

    For query plans: `read` finds its rows, and `builder` builds objects from them.
    `shows_caller_flags`: it shows only the flags of the caller, which the process has in memory.
    """
    metadata = dict(read_rows(read) if read else {})
    if builder is not None:
        metadata[BUILDER_KEY] = builder
    if shows_caller_flags:
        metadata |= CALLER_FLAGS
    return _field(resolver, scopes, cost, list_filters(resolver), metadata, deprecated)


def mutation(
    resolver: Callable[..., object],
    *scopes: Scope,
    failed: Callable[[LaunchError], object] | None = None,
    cost: int | None = None,
    deprecated: str | None = None,
) -> Any:  # noqa: ANN401 - assigned to a field of any type
    """Define a field of Mutation; with `failed`, expected failures are returned in that payload.

    `cost` replaces the default cost of a mutation. `deprecated` says what to use instead, and when
    the field will be removed.
    """
    extensions: list[FieldExtension] = [*text_checks(resolver), FeatureGuard()]
    extensions += [ExpectedFailures(failed)] if failed else []  # the last one runs first
    return _field(resolver, scopes, cost, extensions, deprecated=deprecated)


def subscription(resolver: Callable[..., object], *scopes: Scope) -> Any:  # noqa: ANN401 - assigned to a field of any type
    """Define a field of Subscription; the docstring of the resolver is its description."""
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
