"""Normalises the text of a message (M7, D12).

Phones and keyboards produce line breaks, emoji joined from several characters, and right-to-left
text. Characters that are invisible or change the direction of what follows are removed, because
they are never typed on purpose.
"""

import re
import unicodedata
from collections.abc import Sequence

from domain.errors import Invalid, Required
from domain.platform.text import is_hidden

MAX_BYTES = 8_000  # of UTF-8
MAX_MARKS = 8  # combining marks on one character

_JOINERS = frozenset("\u200c\u200d")  # of Persian words, and of emoji
_DIRECTION_MARKS = frozenset("\u200e\u200f\u061c")  # invisible, and harmless beyond their word
_TAGGED_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e007a]{1,7}\U000e007f")  # such as Wales
_LINE_END = re.compile("\r\n?|\u0085|\u2028|\u2029")
_KEPT_CONTROLS = frozenset("\n\t")
_VISIBLE = frozenset("LNPS")


def clean_message(value: str, path: Sequence[str] = ("input", "text")) -> str:
    """The text in NFC with line feeds between lines, trimmed, at most MAX_BYTES of UTF-8.

    Raises Required if nothing visible remains, Invalid for control and private-use characters,
    stacks of combining marks, and text that is too long.
    """
    if len(value) > 4 * MAX_BYTES:  # before anything looks at each character
        raise _too_long(path)
    text = unicodedata.normalize("NFC", _LINE_END.sub("\n", value))
    text = _without_invisible(text).strip()
    _check_characters(text, path)
    if not any(unicodedata.category(character)[0] in _VISIBLE for character in text):
        raise Required("A message needs at least one visible character.", path=path)
    if len(text.encode()) > MAX_BYTES:
        raise _too_long(path)
    return text


def _without_invisible(text: str) -> str:
    parts: list[str] = []
    end = 0
    for flag in _TAGGED_FLAG.finditer(text):
        parts += (_visible_text(text[end : flag.start()]), flag[0])
        end = flag.end()
    return "".join((*parts, _visible_text(text[end:])))


def _visible_text(text: str) -> str:
    return "".join(character for character in text if not _is_removed(character))


def _is_removed(character: str) -> bool:
    if character in _JOINERS or character in _DIRECTION_MARKS:
        return False
    return is_hidden(character) and unicodedata.category(character) not in {"Cc", "Cs", "Co"}


def _check_characters(text: str, path: Sequence[str]) -> None:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in {"Cs", "Co"} or (category == "Cc" and character not in _KEPT_CONTROLS):
            name = unicodedata.name(character, "").lower() or f"U+{ord(character):04X}"
            raise Invalid(f"A message may not contain {name}.", path=path)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > MAX_MARKS:
            message = f"A character carries at most {MAX_MARKS} combining marks."
            raise Invalid(message, path=path)


def _too_long(path: Sequence[str]) -> Invalid:
    message = f"A message has at most {MAX_BYTES:,} bytes: about as many letters, fewer emoji."
    return Invalid(message, path=path)
