"""How long the certificate of the public URL lasts (S122)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LASTS = timedelta(days=14)
_SEQUENCE, _VERSION, _UTC_TIME = 0x30, 0xA0, 0x17


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


def expiry_of(der: bytes) -> datetime:
    """`notAfter` of an X.509 certificate; raises ValueError for what is none.

    `ssl` tells it of certificates that it trusts only, and an expired one is not trusted.
    """
    certificate = _content_of(der, _SEQUENCE)
    fields = _elements(_content_of(certificate, _SEQUENCE))
    if fields and fields[0][0] == _VERSION:
        fields = fields[1:]
    if len(fields) < 4:  # serial, signature, issuer, validity
        raise ValueError("this is no certificate")
    times = _elements(fields[3][1])
    if len(times) != 2:
        raise ValueError("this certificate has no end")
    tag, text = times[1]
    form = "%y%m%d%H%M%SZ" if tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(text.decode("ascii"), form).replace(tzinfo=UTC)


def _content_of(der: bytes, tag: int) -> bytes:
    parts = _elements(der)
    if not parts or parts[0][0] != tag:
        raise ValueError("this is no certificate")
    return parts[0][1]


def _elements(der: bytes) -> list[tuple[int, bytes]]:
    """The elements that stand one after the other, as tags and contents."""
    elements, place = [], 0
    while place + 2 <= len(der):
        tag, length, start = der[place], der[place + 1], place + 2
        if length & 0x80:
            size = length & 0x7F
            length, start = int.from_bytes(der[start : start + size]), start + size
        if start + length > len(der):
            raise ValueError("this certificate ends too early")
        elements.append((tag, der[start : start + length]))
        place = start + length
    return elements
