"""What messages of the engine say too much of: names nobody asked for, and what was sent.

An input may hold a password, and an answer is kept in more places than its sender thinks of. Where
the fault is, its location, variable and path say.
"""

_SUGGESTION = " Did you mean "
_FOUND = ", found: "
_NO_OPERATION = "Unknown operation named "
_CANNOT, _VALUE = " cannot represent ", " value: "


def discreet(message: str) -> str:
    """The message without suggestions and without values; it still says what was expected."""
    if message.startswith(_NO_OPERATION):  # it may be as long as a body
        return "The document holds no operation of this name."
    message = _until(message, message.find(_SUGGESTION), "")
    message = _until(message, message.find(_FOUND), ".")
    cannot = message.find(_CANNOT)
    return _until(message, message.find(_VALUE, cannot) if cannot >= 0 else -1, " value.")


def _until(message: str, place: int, end: str) -> str:
    return message if place < 0 else message[:place] + end
