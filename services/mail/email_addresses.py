"""E-mail addresses: one grammar, so that other programs parse the same mailbox (SEC3, D12).

The local part is an ASCII dot-atom (RFC 5321, 4.1.2) without `=?`, which mail libraries decode as
an encoded word (RFC 2047). The domain is a host name; an international one is stored as punycode.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NewType

import idna

from domain.errors import Invalid
from domain.platform.text import clean_line, is_hidden

EmailAddress = NewType("EmailAddress", str)

MAX_LENGTH = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets
_MAX_LOCAL = 64
_MAX_TYPED = 4 * MAX_LENGTH  # with blanks around it, and a domain that is shorter as punycode
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*", re.ASCII)
_NUMBERS = re.compile(r"\d+", re.ASCII)
_ADVICE = "An e-mail address looks like anna@example.com."
_MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A sender: an address and its display name, which may be empty."""

    name: str
    address: EmailAddress


def parse_address(value: str, path: Sequence[str] = ()) -> EmailAddress:
    """Return the address in its stored form; raises Invalid with the reason.

    An international domain becomes punycode; the case of other characters is kept.
    """
    if len(value) > _MAX_TYPED:  # before anything looks at each character
        raise _too_long(path)
    text = unicodedata.normalize("NFC", value).strip()
    if any(map(is_hidden, text)):
        raise Invalid("An e-mail address has no invisible characters.", path=path)
    local, at, domain = text.rpartition("@")
    if not at:
        raise Invalid(f"This is not an e-mail address: it has no @. {_ADVICE}", path=path)
    if len(local) > _MAX_LOCAL or not _LOCAL.fullmatch(local) or "=?" in local:
        raise Invalid(
            "This is not an e-mail address that can be used here: before the @ stand 1 to 64 "
            f"ASCII letters, digits and signs, without blanks, quotes or commas. {_ADVICE}",
            path=path,
        )
    address = f"{local}@{_host(domain, path)}"
    if len(address) > MAX_LENGTH:
        raise _too_long(path)
    return EmailAddress(address)


def parse_mailbox(value: str) -> Mailbox:
    """Parse `Name <address>` or an address alone; the name may contain commas. Raises Invalid."""
    text = value.strip()
    if not text.endswith(">"):
        return Mailbox("", parse_address(text))
    name, _, address = text[:-1].rpartition("<")
    name = name.strip().strip('"')
    if {"<", ">"} & set(name):
        raise Invalid("A sender is one mailbox: a name and one address in angle brackets.")
    return Mailbox(clean_line(name, _MAX_NAME) if name else "", parse_address(address))


def is_address(value: str) -> bool:
    """Whether a text is an address in its stored form."""
    try:
        return parse_address(value) == value
    except Invalid:
        return False


def domain_of(address: str) -> str:
    """Return the part after the @, in lower case."""
    return address.rpartition("@")[2].lower()


def _too_long(path: Sequence[str]) -> Invalid:
    return Invalid(f"An e-mail address has at most {MAX_LENGTH} characters.", path=path)


def _host(domain: str, path: Sequence[str]) -> str:
    try:
        name = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        name = ""
    if name == domain.lower():
        name = domain
    labels = name.split(".")
    if len(labels) < 2 or not labels[-1] or _NUMBERS.fullmatch(labels[-1]):
        message = f"This is not an e-mail address: after the @ stands a domain. {_ADVICE}"
        raise Invalid(message, path=path)
    return name
