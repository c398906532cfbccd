"""The layout of all e-mails: text and HTML with the same content, in two brands (S14)."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from domain.mail.email import Email, MailKind
from domain.platform.platforms import Platform
from domain.platform.text import is_hidden_at, without_links

_STYLE = "font-family:Helvetica,Arial,sans-serif;color:#2b2330;line-height:1.5"
_SMALL = "font-size:13px;color:#6d6472"


@dataclass(frozen=True, slots=True)
class Brand:
    """The sender's brand. Nothing is loaded from a server, because mail programs block that."""

    name: str
    color: str


BRANDS = {
    Platform.WEDSYNC: Brand("WedSync", "#5b3a8c"),
    Platform.WEDME: Brand("WedMe", "#b0305c"),
}


@dataclass(frozen=True, slots=True)
class Button:
    """The link that the reader should open."""

    label: str
    link: str


@dataclass(frozen=True, slots=True)
class Words:
    """The content of an e-mail. `small`: what to do if it does not concern the reader."""

    subject: str
    paragraphs: tuple[str, ...]
    button: Button | None = None
    small: str | None = None


def write(kind: MailKind, platform: Platform, recipient: str, words: Words) -> Email:
    """Render an e-mail as text and as HTML."""
    brand = BRANDS[platform]
    return Email(
        recipient, one_line(words.subject, 200), _text(brand, words), _html(brand, words), kind
    )


def one_line(text: str, most: int = 80) -> str:
    """A name for a subject, also if it is older than the rules for names."""
    seen = (c for index, c in enumerate(text) if c.isspace() or not is_hidden_at(text, index))
    line = " ".join("".join(seen).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def name_in(text: str) -> str:
    """A name that people chose, as one line that cannot become a link (SEC5)."""
    return one_line(without_links(one_line(text)))


def _text(brand: Brand, words: Words) -> str:
    parts = [*words.paragraphs]
    if words.button is not None:
        parts.append(f"{words.button.label}:\n{words.button.link}")
    if words.small is not None:
        parts.append(words.small)
    return "\n\n".join((*parts, brand.name)) + "\n"


def _html(brand: Brand, words: Words) -> str:
    head = f'<p style="font-size:22px;color:{brand.color};margin:0 0 16px">{brand.name}</p>'
    body = (f"<p>{escape(text)}</p>" for text in words.paragraphs)
    return (
        '<!doctype html><html lang="en"><body style="margin:0;padding:24px">'
        f'<div style="max-width:520px;margin:auto;{_STYLE}">'
        + "".join((head, *body, *_button(brand, words.button), *_small(words.small)))
        + "</div></body></html>"
    )


def _button(brand: Brand, button: Button | None) -> Iterable[str]:
    if button is None:
        return
    link = escape(button.link, quote=True)
    style = (
        f"display:inline-block;background:{brand.color};color:#ffffff;text-decoration:none;"
        "padding:12px 24px;border-radius:6px"
    )
    yield f'<p><a href="{link}" style="{style}">{escape(button.label)}</a></p>'
    yield f'<p>If the button does not work, open this link:<br><a href="{link}">{link}</a></p>'


def _small(text: str | None) -> Iterable[str]:
    if text is not None:
        yield f'<p style="{_SMALL}">{escape(text)}</p>'
