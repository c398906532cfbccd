"""How long a certificate lasts (S122)."""

from datetime import timedelta

import pytest

from domain.platform.certificates import Certificate, judge
from tests.unit.domain.builders import NOW


@pytest.mark.parametrize(
    ("left", "problem", "ok", "blocking", "detail"),
    [
        (timedelta(days=60), None, True, False, "expires in 60.0 days"),
        (timedelta(days=14), None, True, False, "expires in 14.0 days"),
        (timedelta(days=13.9), None, False, False, "expires in 13.9 days"),
        (timedelta(0), None, False, True, "expired 0.0 days ago"),
        (timedelta(days=-2), "certificate has expired", False, True, "expired 2.0 days ago"),
        (timedelta(days=60), "self-signed", False, False, "not trusted from here: self-signed"),
        (None, "no answer", False, False, "could not be read: no answer"),
    ],
)
def test_a_certificate_is_judged_by_expiry_and_trust(
    left: timedelta | None, problem: str | None, ok: bool, blocking: bool, detail: str
) -> None:
    """S122: under 14 days, not trusted and not read are warnings, expired blocks."""
    certificate = Certificate(NOW + left if left is not None else None, problem)
    judged = judge(certificate, NOW)
    assert (judged.ok, judged.blocking, judged.detail) == (ok, blocking, detail)
