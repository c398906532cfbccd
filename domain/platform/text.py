"""Text that a person types: one function cleans one-line text, another checks longer text (D12).

Two texts that look the same are stored as the same characters, and nothing invisible is stored.
A joiner is stored where it changes how its neighbours are drawn.
"""

import re
import unicodedata
from collections.abc import Sequence

from domain.errors import Invalid, LaunchError, Required

# Control, format, surrogate and private-use characters, and separators of lines and paragraphs.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Letters, marks and symbols that are drawn as nothing.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_VISIBLE = frozenset("LNPS")  # letters, numbers, punctuation, symbols
_WEB_ADDRESS = re.compile(r"://|www\.", re.IGNORECASE)
_DOT_OF_A_NAME = re.compile(r"(?<=\w)\.(?=[^\W\d_])")
_LINE_CONTROLS = frozenset("\n\r\t")
_NON_JOINER, _JOINER = "\u200c", "\u200d"
_VIRAMA = 9  # the combining class of the signs that make Indic letters conjuncts
_EMOJI_VARIANTS = frozenset("\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_DECOMPOSED = 16  # characters that NFC may make one of, and blanks around the text


def clean_line(
    value: str, limit: int, path: Sequence[str] = (), *, blank: type[LaunchError] = Required
) -> str:
    """One-line text as it is stored: NFC, trimmed, 1 to `limit` characters.

    Raises `blank` where nothing visible remains, and Invalid for a line break, a control or
    format character (a zero-width space, a right-to-left override), or too many characters.
    """
    if len(value) > _DECOMPOSED * limit:  # before anything looks at each character
        raise Invalid(f"This has 1 to {limit} characters.", path=path)
    text = unicodedata.normalize("NFC", value).strip()
    for index, character in enumerate(text):
        if is_hidden_at(text, index):
            message = f"This is one line of visible text without {_name(character)}."
            raise Invalid(message, path=path)
    if not has_visible(text):
        raise blank("This needs at least one visible character.", path=path)
    if len(text) > limit:
        raise Invalid(f"This has 1 to {limit} characters.", path=path)
    return text


def clean_name(
    value: str, limit: int, path: Sequence[str] = (), *, blank: type[LaunchError] = Required
) -> str:
    """A name that others read in our e-mails; raises Invalid for a web address (SEC5)."""
    text = clean_line(value, limit, path, blank=blank)
    if _WEB_ADDRESS.search(text):
        raise Invalid("A name holds no web address.", path=path)
    return text


def without_links(text: str) -> str:
    """Text that no mail program turns into a link: punctuation of addresses is set apart."""
    apart = text.replace("://", ": //").replace("@", " (at) ")
    return _DOT_OF_A_NAME.sub(". ", apart)


def check_long_text(value: str, limit: int, path: Sequence[str] = ()) -> None:
    """Text of several lines, stored as typed; raises Invalid for a control character or length."""
    if len(value) > limit:
        raise Invalid(f"This has at most {limit} characters.", path=path)
    for character in value:
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in _LINE_CONTROLS:
            raise Invalid(f"This may not contain {_name(character)}.", path=path)


def printable(value: str) -> str:
    r"""The text for a terminal: what moves the cursor or is invisible is escaped (`\u{001b}`)."""
    return "".join(
        f"\\u{{{ord(character):04x}}}"
        if is_hidden(character) and character not in _LINE_CONTROLS
        else character
        for character in value
    )


def is_hidden(character: str) -> bool:
    """True for a control or format character, and for one that is drawn as nothing."""
    return character in _BLANK or unicodedata.category(character) in _REFUSED


def is_hidden_at(text: str, index: int) -> bool:
    """True for a hidden character of a text, unless it is a joiner that a reader sees.

    Joiners belong to the spelling of Persian and Indic words (Unicode UAX 31, 2.3) and make one
    emoji of several. Elsewhere they are invisible.
    """
    return is_hidden(text[index]) and not _is_seen_joiner(text, index)


def _is_seen_joiner(text: str, index: int) -> bool:
    character, after = text[index], text[index + 1 : index + 2]
    if character not in {_NON_JOINER, _JOINER} or not index:
        return False
    if unicodedata.combining(text[index - 1]) == _VIRAMA:
        return character == _JOINER or unicodedata.category(after or " ")[0] == "L"
    if character == _JOINER:
        emoji = text[:index].rstrip("".join(_EMOJI_VARIANTS))[-1:]
        return all(unicodedata.category(part or " ") == "So" for part in (emoji, after))
    before = next((item for item in reversed(text[:index]) if not _is_mark(item)), "")
    after = next((item for item in text[index + 1 :] if not _is_mark(item)), "")
    return _has_form(before, "INITIAL FORM") and _has_form(after, "FINAL FORM")


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) == "Mn"


def _has_form(letter: str, form: str) -> bool:
    """Whether an Arabic letter has a form: an initial one if it joins the letter after it."""
    try:
        return bool(letter and unicodedata.lookup(f"{unicodedata.name(letter, '')} {form}"))
    except KeyError:
        return False


def has_visible(text: str) -> bool:
    """Whether a text has a visible character: blanks and hidden characters do not count."""
    return any(
        unicodedata.category(character)[0] in _VISIBLE and character not in _BLANK
        for character in text
    )


def _name(character: str) -> str:
    """How an error names a character that cannot be shown."""
    return unicodedata.name(character, "").lower() or f"U+{ord(character):04X}"
