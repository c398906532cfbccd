"""F10: a session without a place to keep it is a problem in one line, and reads as no session."""

from pathlib import Path

import pytest

from commands.shared import credentials_file
from commands.shared.errors import CommandError


def test_without_a_home_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nobody)
    assert credentials_file.token_of("http://app") is None
    with pytest.raises(CommandError, match=r"no home directory .* set XDG_CONFIG_HOME"):
        credentials_file.check()


def test_a_folder_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    assert credentials_file.token_of("http://app") is None
    for keep in (credentials_file.check, lambda: credentials_file.store("http://app", "token")):
        with pytest.raises(
            CommandError, match=r"No session can be stored .* use `launch login --show`"
        ):
            keep()
