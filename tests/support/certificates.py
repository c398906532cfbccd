"""Self-signed P-256 certificates for tests, using only the standard library."""

import hashlib
import secrets
import ssl
import textwrap
from base64 import b64encode
from datetime import datetime
from pathlib import Path

_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_GENERATOR = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
_ECDSA_WITH_SHA256 = bytes.fromhex("06082a8648ce3d040302")  # ECDSA with SHA-256
_KEY, _CURVE = bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06082a8648ce3d030107")
_NAME, _SUBJECT_ALT_NAME = bytes.fromhex("0603550403"), bytes.fromhex("0603551d11")

Point = tuple[int, int] | None


def _add_points(one: Point, two: Point) -> Point:
    if one is None or two is None:
        return one or two
    (x, y), (u, v) = one, two
    if x == u and (y + v) % _PRIME == 0:
        return None
    rise, run = (3 * x * x - 3, 2 * y) if one == two else (v - y, u - x)
    slope = rise * pow(run, -1, _PRIME) % _PRIME
    across = (slope * slope - x - u) % _PRIME
    return across, (slope * (x - across) - y) % _PRIME


def _multiply_generator(factor: int) -> tuple[int, int]:
    point: Point = None
    power: Point = _GENERATOR
    while factor:
        if factor & 1:
            point = _add_points(point, power)
        power, factor = _add_points(power, power), factor >> 1
    assert point is not None
    return point


def _encode_der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8 or 1)
    length = size if len(content) < 128 else bytes([0x80 | len(size)]) + size
    return bytes([tag]) + length + content


def _encode_integer(value: int) -> bytes:
    return _encode_der(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def _encode_time(moment: datetime) -> bytes:
    return _encode_der(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def _encode_pem(label: str, der: bytes) -> str:
    body = "\n".join(textwrap.wrap(b64encode(der).decode(), 64))
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"


def _sign(key: int, data: bytes) -> bytes:
    once = secrets.randbelow(_ORDER - 1) + 1
    r = _multiply_generator(once)[0] % _ORDER
    digest = int.from_bytes(hashlib.sha256(data).digest())
    return _encode_der(
        0x30,
        _encode_integer(r),
        _encode_integer(pow(once, -1, _ORDER) * (digest + r * key) % _ORDER),
    )


def self_signed(folder: Path, begin: datetime, end: datetime) -> Path:
    """Write a file with a certificate for 127.0.0.1 and its key."""
    key = secrets.randbelow(_ORDER - 1) + 1
    x, y = _multiply_generator(key)
    point = _encode_der(0x03, b"\0\x04", x.to_bytes(32), y.to_bytes(32))
    algorithm = _encode_der(0x30, _ECDSA_WITH_SHA256)
    name = _encode_der(
        0x30, _encode_der(0x31, _encode_der(0x30, _NAME, _encode_der(0x0C, b"launch.test")))
    )
    also = _encode_der(0x04, _encode_der(0x30, _encode_der(0x87, bytes([127, 0, 0, 1]))))
    to_be_signed = _encode_der(
        0x30,
        _encode_der(0xA0, _encode_integer(2)),
        _encode_integer(secrets.randbits(64)),
        algorithm,
        name,
        _encode_der(0x30, _encode_time(begin), _encode_time(end)),
        name,
        _encode_der(0x30, _encode_der(0x30, _KEY, _CURVE), point),
        _encode_der(0xA3, _encode_der(0x30, _encode_der(0x30, _SUBJECT_ALT_NAME, also))),
    )
    signature = _encode_der(0x03, b"\0", _sign(key, to_be_signed))
    certificate = _encode_pem("CERTIFICATE", _encode_der(0x30, to_be_signed, algorithm, signature))
    secret = _encode_der(0x04, key.to_bytes(32))
    private = _encode_der(
        0x30, _encode_integer(1), secret, _encode_der(0xA0, _CURVE), _encode_der(0xA1, point)
    )
    file = folder / "certificate.pem"
    file.write_text(certificate + _encode_pem("EC PRIVATE KEY", private))
    return file


def server_context(file: Path) -> ssl.SSLContext:
    """Return the TLS context of a server that presents the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
