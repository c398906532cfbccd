"""How long the certificate of the public URL lasts (S122)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LASTS = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was found at the public URL.

    `expires_at` None: it could not be read. `problem`: why not, or why clients may not trust it.
    """

    expires_at: datetime | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether it lasts; what has expired keeps a launch from going live."""

    ok: bool
    blocking: bool
    detail: str


def judge(certificate: Certificate, now: datetime) -> Validity:
    """An end in under 14 days, no trust, and not knowing are warnings; expired blocks."""
    if certificate.expires_at is None:
        return Validity(False, False, f"could not be read: {certificate.problem}")
    days = (certificate.expires_at - now) / timedelta(days=1)
    if days <= 0:
        return Validity(False, True, f"expired {abs(days):.1f} days ago")
    if certificate.problem is not None:
        return Validity(False, False, f"not trusted from here: {certificate.problem}")
    return Validity(certificate.expires_at - now >= LASTS, False, f"expires in {days:.1f} days")
