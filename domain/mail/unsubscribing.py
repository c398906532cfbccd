"""Signed links that stop one kind of e-mail and permit nothing else."""

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

_PURPOSE = b"launch:unsubscribe:"
_INVITATIONS = b"launch:unsubscribe:invitations:"
_MESSAGES = b"launch:unsubscribe:messages:"
_NOTIFICATIONS = b"launch:unsubscribe:notifications:"
_SIGNATURE = 16  # bytes


def sign(user_id: UUID, secret: bytes) -> str:
    """The code of a person's link. It never expires, because people keep e-mails for years."""
    return _encode(user_id.bytes + _signature(user_id, secret, _PURPOSE))


def read(code: str, secret: bytes) -> UUID | None:
    """The user of a code; None if the signature is wrong."""
    return _user_of(code, secret, _PURPOSE)


def sign_messages(user_id: UUID, secret: bytes) -> str:
    """The code of the link that stops e-mails about messages to a person (M7)."""
    return _encode(user_id.bytes + _signature(user_id, secret, _MESSAGES))


def read_messages(code: str, secret: bytes) -> UUID | None:
    """The user of a code; None if the signature is wrong."""
    return _user_of(code, secret, _MESSAGES)


def sign_kind(user_id: UUID, kind: str, secret: bytes) -> str:
    """The code of a link that stops e-mails about one kind of notification (M6)."""
    return _encode(user_id.bytes + _signature(user_id, secret, _purpose_of(kind)))


def read_kind(code: str, kind: str, secret: bytes) -> UUID | None:
    """Whose link it is; None where it was not made by us, or for another kind."""
    return _user_of(code, secret, _purpose_of(kind))


def _purpose_of(kind: str) -> bytes:
    return _NOTIFICATIONS + kind.encode() + b":"


def _user_of(code: str, secret: bytes, purpose: bytes) -> UUID | None:
    try:
        raw = base64.urlsafe_b64decode(code.encode("ascii") + b"=" * (-len(code) % 4))
    except (ValueError, binascii.Error):
        return None
    if len(raw) != 16 + _SIGNATURE:
        return None
    user_id = UUID(bytes=raw[:16])
    return user_id if hmac.compare_digest(raw[16:], _signature(user_id, secret, purpose)) else None


def sign_address(email: str, secret: bytes) -> str:
    """The code of the link that stops invitations to an address from all suppliers (SEC5)."""
    raw = email.casefold().encode()
    return _encode(_address_signature(raw, secret) + raw)


def read_address(code: str, secret: bytes) -> str | None:
    """The address of a code; None if the signature is wrong."""
    try:
        raw = base64.urlsafe_b64decode(code.encode("ascii") + b"=" * (-len(code) % 4))
        signature, address = raw[:_SIGNATURE], raw[_SIGNATURE:]
        text = address.decode()
    except (ValueError, binascii.Error):
        return None
    return text if hmac.compare_digest(signature, _address_signature(address, secret)) else None


def _address_signature(address: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, _INVITATIONS + address, hashlib.sha256).digest()[:_SIGNATURE]


def _signature(user_id: UUID, secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(secret, purpose + user_id.bytes, hashlib.sha256).digest()[:_SIGNATURE]


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
