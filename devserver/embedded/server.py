"""The base of both embedded servers: one owner per folder, start, stop, a private socket."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from devserver.embedded.accounts import Account, let_through, own
from devserver.embedded.errors import DataFolderBusy, ServerFailed
from devserver.embedded.process import end, kill_family, kill_orphans, spawn

_SOCKET_PATH_LIMIT = 100  # bytes; the kernels allow 107 (Linux) and 103 (macOS)
_PLAIN_PATH = re.compile(
    r"[\w./@+-]+", re.ASCII
)  # characters that need no quoting in URLs and option lists
_SHORT = Path("/tmp")  # noqa: S108  # mkdtemp is safe there; TMPDIR itself may be too long
_LOG_LIMIT = 10_000_000  # bytes
_POLL = 0.01


class EmbeddedServer(ABC):
    """A server under `data_dir`. `start` and `stop` block; no method is thread-safe."""

    program: ClassVar[str]
    title: ClassVar[str]
    socket_name: ClassVar[str]
    # How to ask it to stop; the same signal reaches it when this process is killed.
    polite: ClassVar[signal.Signals] = signal.SIGTERM
    # What to send when it has not gone in time.
    firm: ClassVar[signal.Signals] = signal.SIGKILL

    def __init__(self, data_dir: Path) -> None:
        """Nothing starts yet. Each kind of server has its own folder under `data_dir`."""
        self._data = data_dir.expanduser().resolve()
        self._account: Account | None = None
        self._folder = self._data / self.program.removesuffix("-server")
        self._log = self._folder.with_suffix(".log")
        self._socket_dir: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the running server."""
        return self._process.pid if self._process and self.alive else None

    @property
    def alive(self) -> bool:
        """True while the server that this object started runs."""
        return self._process is not None and self._process.poll() is None

    @property
    @abstractmethod
    def url(self) -> str:
        """The URL for clients on this machine; known once started, and stable across restarts."""

    def start(self) -> str:
        """Start the server, wait until it accepts clients, and return its URL; idempotent.

        Raises DataFolderBusy or ServerFailed.
        """
        if self.alive:
            return self.url
        try:
            self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._take_folder()
            self._own_folders()
            self._prepare()
            self._launch()
            self._finish()
        except OSError as error:
            self.stop()
            raise ServerFailed(f"{self.title} cannot start: {error}") from error
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self, timeout: float = 5.0) -> None:
        """Stop the server within about `timeout` seconds and release the folder; idempotent."""
        if self._process:
            firm_seconds = min(1.0, timeout / 4)
            end(self._process, [(self.polite, timeout - firm_seconds), (self.firm, firm_seconds)])
            self._process = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def restart(self) -> str:
        """Stop and start; the URL stays."""
        self.stop()
        return self.start()

    def kill(self) -> None:
        """SIGKILL the server and its children, as in a crash. `start` starts it again."""
        if self._process and self.alive:
            kill_family(self._process)

    @property
    def socket_path(self) -> Path:
        """The unix socket, in a folder that only its owner may enter."""
        if self._socket_dir is None:
            self._socket_dir = self._choose_socket_dir()
        return self._socket_dir / self.socket_name

    @abstractmethod
    def _prepare(self) -> None:
        """Create what the server needs, and remove the remains of a crash."""

    @abstractmethod
    def _command(self) -> list[str]:
        """Return the command line."""

    @abstractmethod
    def _answers(self) -> bool:
        """True if the started process accepts clients."""

    @abstractmethod
    def _finish(self) -> None:
        """Set up what needs a running server."""

    def _choose_account(self) -> Account | None:
        """Return the account to run as; None is our own."""
        return None

    def _own_folders(self) -> None:
        self._account = self._choose_account()
        kill_orphans(self.program, self._folder, self.polite)
        own(self._folder, self._account)
        own(self.socket_path.parent, self._account)
        if self._account:
            let_through(self._folder)

    def _take_folder(self) -> None:
        """Lock the folder while this process lives; the kernel frees the lock of a dead one."""
        if self._lock is not None:
            return
        path = self._folder.with_suffix(".lock")
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise DataFolderBusy(
                f"Another process runs {self.title} in {self._data}: stop it or set DATA_DIR."
            ) from None
        self._lock = lock

    def _launch(self, seconds: float = 60.0) -> None:
        fresh = not self._log.exists() or self._log.stat().st_size > _LOG_LIMIT
        with self._log.open("wb" if fresh else "ab") as log:
            self._log.chmod(0o600)
            begin = log.tell()
            self._process = spawn(
                self._command(),
                death_signal=self.polite,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
                account=self._account,
                output=log,
            )
        self._wait(self._answers, seconds, begin)

    def _wait(self, ready: Callable[[], bool], seconds: float, log_from: int) -> None:
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.alive or time.monotonic() > deadline:
                raise ServerFailed(f"{self.title} did not start: {self._last_words(log_from)}")
            time.sleep(_POLL)

    def _last_words(self, begin: int) -> str:
        with self._log.open("rb") as log:
            log.seek(begin)
            lines = log.read().decode(errors="replace").splitlines()
        return " | ".join(lines[-3:]) or f"see {self._log}"

    def _choose_socket_dir(self) -> Path:
        length = len(os.fsencode(self._folder / self.socket_name))
        plain = _PLAIN_PATH.fullmatch(str(self._folder)) is not None
        if plain and length <= _SOCKET_PATH_LIMIT:
            return self._folder
        path = Path(tempfile.mkdtemp(prefix="launch-", dir=_SHORT if _SHORT.is_dir() else None))
        weakref.finalize(self, shutil.rmtree, path, ignore_errors=True)
        return path
