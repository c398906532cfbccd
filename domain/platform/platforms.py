"""The two sides of the product, under their brand names."""

from enum import StrEnum


class Platform(StrEnum):
    """The side of the product that a phase launches on."""

    WEDSYNC = "wedsync"
    WEDME = "wedme"
