"""A separate PostgreSQL server that fails in the ways real servers do."""

from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL, make_url

from devserver.embedded import EmbeddedPostgres
from devserver.embedded.postgres import run_program
from tests.support.clusters import copy_template

_READY_LINE = 7  # line of postmaster.pid, counted from 0
_GUARDED = "local all postgres trust\nlocal all all scram-sha-256\n"


class FaultyPostgres(EmbeddedPostgres):
    """The server; its superuser can always connect over the unix socket."""

    @classmethod
    def of(cls, cluster: Path, folder: Path) -> "FaultyPostgres":
        """Start a server as a copy of a migrated cluster."""
        copy_template(cluster, folder)
        server = cls(folder, fast=True)
        server.start()
        return server

    def sql(self, text: str, database: str = "postgres") -> None:
        """Run statements as superuser, each in its own transaction."""
        socket_dir = str(self.socket_path.parent)
        words = ["-h", socket_dir, "-U", "postgres", "-X", "-q", "-v", "ON_ERROR_STOP=1", database]
        run_program("psql", words, self._account, text)

    def configure(self, name: str, value: str | None) -> None:
        """Set a parameter and reload; None restores the default."""
        change = f"SET {name} = '{value}'" if value is not None else f"RESET {name}"
        self.sql(f"ALTER SYSTEM {change};\nSELECT pg_reload_conf() \\g /dev/null")

    def require_password(self, password: str) -> None:
        """Require a password for new connections of the role `launch`."""
        self.sql(f"ALTER ROLE launch PASSWORD '{password}'")
        self._allow(_GUARDED)

    def cut(self) -> None:
        """Terminate all sessions of the role `launch`."""
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE usename = 'launch' \\g /dev/null"
        )

    def standby(self, folder: Path) -> "FaultyPostgres":
        """Start a standby that replicates from this server."""
        copy = FaultyPostgres(folder, fast=True)
        folder.mkdir(parents=True)
        folder.chmod(0o777)  # PostgreSQL's account creates the folder inside
        where = ["-h", str(self.socket_path.parent), "-U", "postgres"]
        words = [*where, "-D", str(folder / "postgres"), "-R", "-c", "fast"]
        run_program("pg_basebackup", words, self._account)
        copy.start()
        return copy

    def promote(self) -> None:
        """Promote a standby and wait until it accepts writes."""
        run_program("pg_ctl", ["promote", "-w", "-D", str(self._folder)], self._account)

    def url_with(self, **query: str) -> str:
        """Return the URL with other connection parameters, including `password`."""
        url: URL = make_url(self.url)
        password = query.pop("password", None)
        return (
            url.set(password=password)
            .update_query_dict(query)
            .render_as_string(hide_password=False)
        )

    def _allow(self, text: str) -> None:
        (self._folder / "pg_hba.conf").write_text(text)
        self.sql("SELECT pg_reload_conf() \\g /dev/null")
        self.sql("SELECT pg_sleep(0.1) \\g /dev/null")  # the postmaster reloads after a signal

    def _answers(self) -> bool:
        with suppress(FileNotFoundError):
            lines = (self._folder / "postmaster.pid").read_text().splitlines()
            return len(lines) > _READY_LINE and lines[_READY_LINE].strip() in {"ready", "standby"}
        return False
