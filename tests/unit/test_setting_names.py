"""Renamed settings: the old name works for one release and is reported."""

import pytest

from setting_names import NEW_NAMES, BadSettings, deprecations
from settings import Settings, load_settings

# Old name, a value, and what the setting then is.
VALUES = [
    ("OPERATION_SECONDS", "7.5", 7.5),
    ("HEALTH_SILENCE_SECONDS", "120", 120.0),
    ("SOCKETS_PER_CALLER", "12", 12),
    ("COST_POINTS", "50000", 50_000),
    ("BACKUP_MARKER", "/var/backups/marker", "/var/backups/marker"),
    ("FLAGS_KILL", '["mvp_chat"]', ("mvp_chat",)),
    ("WATCHER_PAUSES", "true", True),
]


def test_every_renamed_setting_is_in_the_table() -> None:
    assert {old.lower() for old, _, _ in VALUES} == set(NEW_NAMES)
    assert set(NEW_NAMES.values()) <= set(Settings.model_fields)
    assert not set(NEW_NAMES) & set(Settings.model_fields)


@pytest.mark.parametrize(("old", "text", "value"), VALUES)
def test_old_and_new_name_set_the_same_value(
    old: str, text: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = NEW_NAMES[old.lower()]
    for name, deprecated in ((old, (old.lower(),)), (new.upper(), ())):
        with monkeypatch.context() as environment:
            environment.setenv(name, text)
            settings = load_settings(_env_file=None)
        actual = getattr(settings, new)
        assert (str(actual) if new == "backup_marker_file" else actual) == value
        assert settings.old_names == deprecated


def test_the_warning_names_the_new_setting() -> None:
    (warning,) = deprecations(("flags_kill",))
    assert "FLAGS_KILL is deprecated" in warning
    assert "set FLAGS_KILLED instead" in warning


def test_two_names_with_different_values_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    env_file = tmp_path_factory.mktemp("settings") / ".env"
    env_file.write_text("OPERATION_TIMEOUT_SECONDS=10\n")
    monkeypatch.setenv("OPERATION_SECONDS", "5")
    with pytest.raises(BadSettings, match="OPERATION_SECONDS and OPERATION_TIMEOUT_SECONDS"):
        load_settings(_env_file=env_file)


def test_two_names_with_one_value_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPERATION_SECONDS", "5")
    monkeypatch.setenv("OPERATION_TIMEOUT_SECONDS", "5")
    assert load_settings(_env_file=None).operation_timeout_seconds == 5


@pytest.mark.parametrize("name", ["OPERATION_SECONDS", "OPERATION_TIMEOUT_SECONDS"])
def test_an_error_names_the_variable_that_was_set(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "-1")
    with pytest.raises(BadSettings, match=rf"\n  {name}: Input should be greater than 0"):
        load_settings(_env_file=None)


def test_an_old_name_in_the_env_file_is_read_and_reported(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    env_file = tmp_path_factory.mktemp("settings") / ".env"
    env_file.write_text("COST_POINTS=60000\n")
    settings = load_settings(_env_file=env_file)
    assert (settings.cost_bucket_size, settings.old_names) == (60_000, ("cost_points",))


@pytest.mark.parametrize("text", ["mvp_chat mvp_invitations", '["mvp_chat", "mvp_invitations"]'])
def test_lists_are_json_or_words(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLAGS_KILLED", text)
    assert load_settings(_env_file=None).flags_killed == ("mvp_chat", "mvp_invitations")


def test_a_broken_list_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLAGS_KILLED", '["mvp_chat"')
    with pytest.raises(BadSettings, match="FLAGS_KILLED"):
        load_settings(_env_file=None)
