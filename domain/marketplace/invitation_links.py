"""Derives the code of the link that a supplier is shown, so that no secret is stored (M2)."""

import base64
import hashlib
import hmac
from uuid import UUID

_PURPOSE = b"launch:invitation-link:"


def link_code(invitation_id: UUID, sending: int, secret: bytes) -> str:
    """43 characters that fit into a URL; different for each `sending` of an invitation."""
    text = _PURPOSE + invitation_id.bytes + sending.to_bytes(4)
    raw = hmac.new(secret, text, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
