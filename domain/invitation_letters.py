"""What WedMe writes to a couple that a supplier invites (SPEC S37)."""

from dataclasses import dataclass
from datetime import datetime
from html import escape

from domain.letters import Letter

_STYLE = "font-family:Helvetica,Arial,sans-serif;color:#2b2330;line-height:1.5"
_BUTTON = (
    "display:inline-block;background:#b0305c;color:#ffffff;text-decoration:none;"
    "padding:12px 24px;border-radius:6px"
)


@dataclass(frozen=True, slots=True)
class Inviting:
    """Who invites whom, in the words of the supplier."""

    supplier_name: str
    couple_names: str
    link: str
    expires_at: datetime


def invitation(recipient: str, inviting: Inviting) -> Letter:
    """The letter with the link that lets a couple in, as text and as HTML."""
    return Letter(
        recipient,
        f"{one_line(inviting.supplier_name)} invites you to WedMe",
        _text(inviting),
        _html(inviting),
    )


def one_line(text: str, most: int = 80) -> str:
    """A name as a subject may hold it: a line break there would be another header."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _text(inviting: Inviting) -> str:
    return (
        f"Dear {one_line(inviting.couple_names)},\n\n"
        f"{one_line(inviting.supplier_name)} works on your wedding and invites you to WedMe, "
        "where you plan it together.\n\n"
        f"Accept the invitation by {_day(inviting)}:\n{inviting.link}\n\n"
        "If you do not know who this is, there is nothing to do: "
        "the link ends by itself, and you can decline it there.\n\n"
        "WedMe\n"
    )


def _html(inviting: Inviting) -> str:
    couple, supplier = (
        escape(one_line(text)) for text in (inviting.couple_names, inviting.supplier_name)
    )
    link = escape(inviting.link, quote=True)
    return (
        '<!doctype html><html lang="en"><body style="margin:0;padding:24px">'
        f'<div style="max-width:520px;margin:auto;{_STYLE}">'
        '<p style="font-size:22px;color:#b0305c;margin:0 0 16px">WedMe</p>'
        f"<p>Dear {couple},</p>"
        f"<p><strong>{supplier}</strong> works on your wedding and invites you to WedMe, "
        "where you plan it together.</p>"
        f'<p><a href="{link}" style="{_BUTTON}">Accept the invitation</a></p>'
        f"<p>The link works until {_day(inviting)}. If the button does not, open this:<br>"
        f'<a href="{link}">{link}</a></p>'
        '<p style="font-size:13px;color:#6d6472">If you do not know who this is, there is '
        "nothing to do: the link ends by itself, and you can decline it there.</p>"
        "</div></body></html>"
    )


def _day(inviting: Inviting) -> str:
    at = inviting.expires_at
    return f"{at.day} {at:%B %Y}"
