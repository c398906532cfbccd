"""Self-made certificates for P-256, with nothing but the standard library: for tests alone."""

import hashlib
import secrets
import ssl
import textwrap
from base64 import b64encode
from datetime import datetime
from pathlib import Path

_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
_SIGNED_WITH = bytes.fromhex("06082a8648ce3d040302")  # ECDSA with SHA-256
_KEY, _CURVE = bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06082a8648ce3d030107")
_NAME, _ALSO = bytes.fromhex("0603550403"), bytes.fromhex("0603551d11")

Point = tuple[int, int] | None


def _add(one: Point, two: Point) -> Point:
    if one is None or two is None:
        return one or two
    (x, y), (u, v) = one, two
    if x == u and (y + v) % _P == 0:
        return None
    rise, run = (3 * x * x - 3, 2 * y) if one == two else (v - y, u - x)
    slope = rise * pow(run, -1, _P) % _P
    across = (slope * slope - x - u) % _P
    return across, (slope * (x - across) - y) % _P


def _times(factor: int) -> tuple[int, int]:
    found: Point = None
    power: Point = _G
    while factor:
        if factor & 1:
            found = _add(found, power)
        power, factor = _add(power, power), factor >> 1
    assert found is not None
    return found


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8 or 1)
    length = size if len(content) < 128 else bytes([0x80 | len(size)]) + size
    return bytes([tag]) + length + content


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def _time(moment: datetime) -> bytes:
    return _der(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def _pem(label: str, der: bytes) -> str:
    body = "\n".join(textwrap.wrap(b64encode(der).decode(), 64))
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"


def _sign(key: int, data: bytes) -> bytes:
    once = secrets.randbelow(_N - 1) + 1
    r = _times(once)[0] % _N
    digest = int.from_bytes(hashlib.sha256(data).digest())
    return _der(0x30, _integer(r), _integer(pow(once, -1, _N) * (digest + r * key) % _N))


def self_signed(folder: Path, begin: datetime, end: datetime) -> Path:
    """A file with the certificate of 127.0.0.1 and its key."""
    key = secrets.randbelow(_N - 1) + 1
    x, y = _times(key)
    point = _der(0x03, b"\0\x04", x.to_bytes(32), y.to_bytes(32))
    algorithm = _der(0x30, _SIGNED_WITH)
    name = _der(0x30, _der(0x31, _der(0x30, _NAME, _der(0x0C, b"launch.test"))))
    also = _der(0x04, _der(0x30, _der(0x87, bytes([127, 0, 0, 1]))))
    to_be_signed = _der(
        0x30,
        _der(0xA0, _integer(2)),
        _integer(secrets.randbits(64)),
        algorithm,
        name,
        _der(0x30, _time(begin), _time(end)),
        name,
        _der(0x30, _der(0x30, _KEY, _CURVE), point),
        _der(0xA3, _der(0x30, _der(0x30, _ALSO, also))),
    )
    signature = _der(0x03, b"\0", _sign(key, to_be_signed))
    certificate = _pem("CERTIFICATE", _der(0x30, to_be_signed, algorithm, signature))
    secret = _der(0x04, key.to_bytes(32))
    private = _der(0x30, _integer(1), secret, _der(0xA0, _CURVE), _der(0xA1, point))
    file = folder / "certificate.pem"
    file.write_text(certificate + _pem("EC PRIVATE KEY", private))
    return file


def served_with(file: Path) -> ssl.SSLContext:
    """The context of a server that shows it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
