"""The `data` of completeOnboardingStep: the fields of a profile, as plain JSON."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from graphql import GraphQLError

from domain.actors import VendorType
from domain.errors import Invalid, LaunchError
from domain.journeys.onboarding import BASIC_DETAILS, BUSINESS_INFO
from schema.scalars import parse_date, parse_email, parse_text


def _vendor_type(value: object) -> VendorType:
    return VendorType[parse_text(value).upper()]


_FIELDS: Mapping[str, tuple[str, Callable[[object], object]]] = {
    "email": ("email", parse_email),
    "businessName": ("business_name", parse_text),
    "vendorType": ("vendor_type", _vendor_type),
    "partner1Name": ("partner1_name", parse_text),
    "partner2Name": ("partner2_name", parse_text),
    "weddingDate": ("wedding_date", parse_date),
    "phone": ("phone", parse_text),
}


def profile_in(step: str, data: object) -> dict[str, object]:
    """Parse the fields to save. Raises Invalid that names what is wrong."""
    if data is None:
        return {}
    if not isinstance(data, Mapping):
        raise Invalid("data is an object of the fields to save.", path=("data",))
    if data and step not in (BUSINESS_INFO, BASIC_DETAILS):
        raise Invalid(f"The step {step[:100]} takes no data.", path=("data",))
    return dict(_field(str(name), value) for name, value in data.items())


@contextmanager
def named_in_data() -> Iterator[None]:
    """Rewrite the paths of errors of a profile to the place in `data`."""
    try:
        yield
    except LaunchError as error:
        if error.path[:1] == ("input",):
            error.path = ("data", *error.path[1:])
        raise


def _field(name: str, value: object) -> tuple[str, object]:
    if name not in _FIELDS:
        raise Invalid("A profile has no such field.", path=("data", name[:100]))
    target, parse = _FIELDS[name]
    if value is None:
        return target, None
    try:
        return target, parse(value)
    except (GraphQLError, KeyError) as error:
        raise Invalid("This is no value for the field.", path=("data", name)) from error
