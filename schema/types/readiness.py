"""Readiness of a phase: checks and verdict (X2)."""

from datetime import datetime

import strawberry

from domain.phases import readiness as domain
from schema.context import Info
from schema.enums import ReadinessVerdict
from schema.types.node import Node
from schema.types.subjects import load_visible


@strawberry.type(description="One item of the readiness list.")
class ReadinessCheck:
    """One check with its evidence."""

    key: str = strawberry.field(description="The key.")
    title: str = strawberry.field(description="The condition.")
    ok: bool = strawberry.field(description="Whether it is met.")
    blocking: bool = strawberry.field(description="Whether it blocks the activation.")
    detail: str = strawberry.field(description="The result.")
    shown_by: strawberry.Private[str | None]

    @strawberry.field(
        description="The check, incident, phase or rehearsal that shows why; null if there is none,"
        " or the caller may not see it."
    )
    async def evidence(self, info: Info) -> Node | None:
        """Load it only if it is selected."""
        return await load_visible(info, self.shown_by) if self.shown_by else None

    @classmethod
    def of(cls, check: domain.ReadinessCheck) -> "ReadinessCheck":
        """Build the object from a check."""
        return cls(
            key=check.key,
            title=check.title,
            ok=check.ok,
            blocking=check.blocking,
            detail=check.detail,
            shown_by=check.evidence,
        )


@strawberry.type(description="Whether a phase is ready to go live.")
class LaunchReadiness:
    """The verdict, its reasons, and a token that binds an activation to them."""

    verdict: ReadinessVerdict = strawberry.field(description="The verdict of all checks.")
    checks: list[ReadinessCheck] = strawberry.field(description="Every check.")
    token: str = strawberry.field(
        description="Pass it to activateLaunchPhase, which then enforces what was shown."
    )
    evaluated_at: datetime = strawberry.field(description="When it was judged.")
    expires_at: datetime = strawberry.field(description="When the token expires.")

    @classmethod
    def of(cls, readiness: domain.Readiness) -> "LaunchReadiness":
        """Build the object from a verdict."""
        return cls(
            verdict=readiness.verdict,
            checks=[ReadinessCheck.of(check) for check in readiness.checks],
            token=readiness.token,
            evaluated_at=readiness.evaluated_at,
            expires_at=readiness.expires_at,
        )
