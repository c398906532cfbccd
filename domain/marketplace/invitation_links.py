"""The codes of the links of an invitation: derived, so that nothing secret is stored (M2, M6)."""

import base64
import hashlib
import hmac
from uuid import UUID

from domain.mail import unsubscribing

_SHOWN = b"launch:invitation-link:"
_MAILED = b"launch:invitation-mail:"


def link_code(invitation_id: UUID, sending: int, secret: bytes) -> str:
    """The code that its supplier is shown; another for each `sending` of the same invitation."""
    return _code(_SHOWN, invitation_id, sending, secret)


def mail_code(invitation_id: UUID, sending: int, secret: bytes) -> str:
    """The code in the e-mail, which a reminder repeats; the shown one does not tell it."""
    return _code(_MAILED, invitation_id, sending, secret)


def accept_url(base_url: str, code: str) -> str:
    """Where an invitation is answered."""
    return f"{base_url}/accept/{code}"


def unsubscribe_url(base_url: str, email: str, secret: bytes) -> str:
    """Where an address stops all invitations, without a log-in."""
    return f"{base_url}/unsubscribe/invitations/{unsubscribing.sign_address(email, secret)}"


def _code(purpose: bytes, invitation_id: UUID, sending: int, secret: bytes) -> str:
    """43 characters that fit into a URL."""
    text = purpose + invitation_id.bytes + sending.to_bytes(4)
    raw = hmac.new(secret, text, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
