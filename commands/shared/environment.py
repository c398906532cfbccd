"""The settings of commands on the server, and the endpoints of a running `launch up`."""

from commands.shared import runtime_endpoints
from commands.shared.errors import CommandError
from setting_names import BadSettings
from settings import Settings, load_settings


def load_own_settings() -> Settings:
    """The settings of the environment; raises CommandError."""
    try:
        return load_settings()
    except BadSettings as error:
        raise CommandError(str(error)) from error


def own_settings(*needed: str) -> Settings:
    """The settings; `needed` URLs that are unset come from a running `launch up`.

    Raises CommandError if there is none.
    """
    settings = load_own_settings()
    running = runtime_endpoints.read(settings.data_dir)
    missing = [name for name in ("database_url", "redis_url") if getattr(settings, name) is None]
    endpoints = {name: running[name.upper()] for name in missing if name.upper() in running}
    unset = [name.upper() for name in needed if name in missing and name not in endpoints]
    if unset:
        raise CommandError(
            f"No server is configured: set {' and '.join(unset)}, or start `make run` "
            f"(`launch up`) first; nothing is running in the data folder {settings.data_dir}."
        )
    return settings.model_copy(update=endpoints)
