"""Which fields of a profile can be changed (S34, S39)."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from domain.accounts.accounts import SIDES, Profile, check_profile
from domain.actors import UserType
from domain.errors import Required

_PATH = ("input",)
_NEEDED = {"email": "email", "business_name": "businessName", "vendor_type": "vendorType"}


def check_patch(patch: Mapping[str, Any], user_type: UserType) -> dict[str, object]:
    """Return the fields to set, trimmed; null clears an optional field.

    Raises Invalid for a field of the other user type, Required for one that cannot be cleared.
    """
    for name, shown in _NEEDED.items():
        if name in patch and patch[name] is None:
            raise Required("This may not be empty.", path=(*_PATH, shown))
    values = {name: value for name, value in patch.items() if value is not None}
    checked = asdict(check_profile(Profile(**values), user_type, _PATH))
    cleared = {name for name, value in patch.items() if value is None} & SIDES[user_type]
    return {name: value for name, value in checked.items() if value is not None or name in cleared}
