"""What the audit of a launch is about (SPEC A4)."""

from enum import StrEnum

from domain.events import Subject


class ChangeSubject(StrEnum):
    """A kind of thing whose changes the launch team reads; what customers do is not among them."""

    PHASE = "phase"
    FLAG = "flag"
    TOKEN = "token"  # noqa: S105 - a kind, not a secret


SUBJECTS = {item: Subject(item.value) for item in ChangeSubject}
