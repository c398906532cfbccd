"""Removes suggestions, input values and words of Python from error messages of graphql-core.

An input may contain a password, and responses are stored in more places than callers expect. The
location, variable and path of an error still show where the fault is.
"""

_SUGGESTION = " Did you mean "
_INPUT_VALUE = ", found: "
_NO_OPERATION = "Unknown operation named "
_PYTHON_NULL, _NULL = " not to be None.", " not to be null."
_CANNOT, _VALUE = " cannot represent ", " value: "


def redact_engine_message(message: str) -> str:
    """Return the message without suggestions and values; it still says what was expected."""
    if message.startswith(_NO_OPERATION):  # the name may be as long as a body
        return "The document holds no operation of this name."
    message = _truncate(message, message.find(_SUGGESTION), "")
    message = _truncate(message, message.find(_INPUT_VALUE), ".")
    if message.endswith(_PYTHON_NULL):
        message = message.removesuffix(_PYTHON_NULL) + _NULL
    cannot = message.find(_CANNOT)
    return _truncate(message, message.find(_VALUE, cannot) if cannot >= 0 else -1, " value.")


def _truncate(message: str, index: int, end: str) -> str:
    return message if index < 0 else message[:index] + end
