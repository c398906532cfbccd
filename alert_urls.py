"""Which URLs can be channels of alerts; for the settings, so it knows none of them."""

import re
import warnings

# Of whom, and after how long: `critical+slack://...`, `after5m+mailto://...`.
_WHEN = re.compile(r"(?i)^(low|medium|high|critical|after\d{1,5}[smh])\+")


def is_alert_url(url: str) -> bool:
    """Whether Apprise can send to it, after what says of whom and when."""
    from apprise import Apprise, AppriseAsset  # noqa: PLC0415 - heavy, for those who use it

    plain = _WHEN.sub("", url)
    if re.search(r"\s", plain):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of plugins that are not ours
        try:
            found = Apprise.instantiate(plain, asset=AppriseAsset(storage_mode="memory"))
        except Exception:
            return False
    return found is not None
