"""`launch` against a real server: every command is a process of its own (S116)."""

import json
import re
import signal
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from graphql import build_schema, parse, validate

from commands.accounts import login
from commands.flags import flags
from commands.health import health, watch_stream
from commands.phases import phase_documents
from commands.propagation import propagation
from db.session import Database
from devserver.demo_launch import FLAGS
from server.graph import schema
from settings import Settings
from tests.support.clock import PATIENCE
from tests.support.command import CommandResult, Launch, RunningCommand, wait_until_ready
from tests.support.demo_launch import EMAIL, PASSWORD, demo_launch, log_in
from tests.support.promises import is_within
from tests.support.servers import free_port

NOWHERE = "postgresql://nobody@127.0.0.1:1/nowhere"


@pytest.fixture(scope="module")
async def prepared(database: Database, settings: Settings) -> AsyncIterator[Launch]:
    """A48: commands work where only known documents run."""
    strict = {"HEALTH_RECHECK_SECONDS": "0.01", "TRUSTED_DOCUMENTS_ONLY": "true"}
    async with demo_launch(database, settings, **strict) as launch:
        yield launch


@pytest.fixture(scope="module")
def server(prepared: Launch) -> Iterator[RunningCommand]:
    with prepared.running("serve") as running:
        wait_until_ready(prepared.env["LAUNCH_URL"])
        yield running


@pytest.fixture(scope="module")
def launch(prepared: Launch, server: RunningCommand) -> Launch:
    """Somebody who is logged in."""
    log_in(prepared)
    return prepared


def state(launch: Launch, key: str) -> str:
    (flag,) = launch.json("flags", "evaluate", key, "--user", "u1", "--user-type", "admin")["flags"]
    return f"{'on' if flag['value'] else 'off'} {flag['reason']}"


def test_login_stores_the_session_readable_by_its_owner_only(launch: Launch) -> None:
    (file,) = (launch.folder / "config").rglob("tokens.json")
    assert file.stat().st_mode & 0o777 == 0o600
    assert launch.env["LAUNCH_URL"] in file.read_text()


def test_a_phase_is_planned_activated_moved_and_rolled_back(launch: Launch) -> None:
    keys = [phase["key"] for phase in launch.json("phases", "list")]
    assert keys[:2] == ["pre_launch_testing", "supplier_rollout"]
    assert "go with warnings" in launch("phases", "plan", "supplier_rollout")

    go = ("phases", "activate", "supplier_rollout")
    unwarned, unasked = launch.run_concurrently((*go, "--yes"), (*go, "--accept-warnings"))
    assert (unwarned.code, "add --accept-warnings" in unwarned.err) == (1, True)
    assert (unasked.code, "add --yes" in unasked.err) == (1, True)

    done = launch(*go, "--accept-warnings", "--yes", "--reason", "day one")
    assert done.endswith("supplier_rollout ACTIVE, at 5 %\n")
    assert "at 25 %" in launch("phases", "advance", "supplier_rollout")

    back = ("phases", "rollback", "supplier_rollout", "--reason", "drill", "--yes")
    assert re.search(r"supplier_rollout ROLLED_BACK\nincident #\d+", launch(*back))
    assert launch.json("flags", "list", "--enabled") == []


def test_flags_are_found_switched_and_explained(launch: Launch) -> None:
    (flag,) = launch.json("flags", "list", "--search", "test_feat")
    assert (flag["key"], flag["phase"]["key"]) == ("mvp_test_feature", "pre_launch_testing")
    on = launch.run_unchecked("flags", "toggle", "mvp_test_feature", "on", "--reason", "look")
    assert on.out == "mvp_test_feature on 100 %\n"
    assert "everybody" in on.err
    assert launch.run_unchecked("flags", "toggle", "mvp_test_feature", "on").err == ""
    assert state(launch, "mvp_test_feature") == "on TARGETING_MATCH"
    arguments = ("flags", "evaluate", "mvp_test_feature", "--user", "u1", "--user-type", "admin")
    assert "TARGETING_MATCH" in launch(*arguments, "--explain")
    assert "off" in launch("flags", "toggle", "mvp_test_feature", "off")


def test_health_is_a_table_and_json(launch: Launch) -> None:
    launch.run_unchecked("phases", "plan", "pre_launch_testing")  # looks at stale checks again
    shown, as_json = launch.run_concurrently(("health",), ("health", "--json"))
    assert (shown.code, as_json.code) == (0, 0)
    assert "WARNING" in shown.out  # no SMTP server
    checks = json.loads(as_json.out)["checks"]
    assert {check["type"] for check in checks} >= {"DATABASE", "EMAIL"}


def test_metrics_are_shown_as_cards(launch: Launch) -> None:
    """Requirements S78 and S79."""
    metrics = launch.json("metrics", "--range", "1h")
    assert (metrics["range"], metrics["signups"]["title"]) == ("LAST_1H", "New Signups")
    assert "Average Response Time" in launch("metrics", "--range", "phase")


def test_the_kill_switch_works_with_the_database_down(launch: Launch) -> None:
    """Requirements A6 and S53."""
    launch("flags", "toggle", "mvp_test_feature", "on")
    here = launch.with_env(DATABASE_URL=NOWHERE)
    why = ("--reason", "It fails.")
    assert here.run_unchecked("kill", "mvp_test_feature", *why).code == 1  # nobody confirms
    assert "It fails." in here("kill", "mvp_test_feature", *why, "--yes")
    wait_for_state(launch, "off DISABLED")
    assert [kill["key"] for kill in here.json("kill")] == ["mvp_test_feature"]
    assert killed(launch) == "It fails."
    here("kill", "--lift", "--all", *why, "--yes")
    wait_for_state(launch, "on TARGETING_MATCH")
    launch("flags", "toggle", "mvp_test_feature", "off")


def killed(launch: Launch) -> str | None:
    """Why the flag is killed, as the list of flags says."""
    (flag,) = launch.json("flags", "list", "--search", "mvp_test_feature")
    return (flag["kill"] or {}).get("reason")


def wait_for_state(launch: Launch, expected: str) -> None:
    give_up = time.monotonic() + PATIENCE
    while (current := state(launch, "mvp_test_feature")) != expected:
        assert time.monotonic() < give_up, current


def test_watch_reconnects_without_missing_events(launch: Launch) -> None:
    """One server goes, a flag changes before the watcher is back on the next one."""
    port = str(free_port())
    there = launch.with_env(
        PORT=port, LAUNCH_URL=f"http://127.0.0.1:{port}", LAUNCH_TOKEN=stored_token(launch)
    )
    with there.running("serve") as first:
        wait_until_ready(there.env["LAUNCH_URL"])
        with there.running("watch", "--events-only") as watcher:
            watcher.wait_for("Following")
            launch("flags", "toggle", "mvp_realtime_updates", "on")
            watcher.wait_for(r"Z event Flag mvp_realtime_updates switched on.*by operator@")
            first.end(signal.SIGTERM)
            launch("flags", "toggle", "mvp_realtime_updates", "off")
            with there.running("serve"):
                watcher.wait_for("Flag mvp_realtime_updates switched off")
                assert watcher.output.count("switched on") == 1
                assert watcher.output.count("switched off") == 1
                assert is_within(5, watcher.end(signal.SIGINT))
            assert watcher.process.returncode == 0


def stored_token(launch: Launch) -> str:
    return launch("login", EMAIL, "--show", stdin=f"{PASSWORD}\n").strip()


def test_watch_without_a_terminal_prints_health_and_flags(launch: Launch) -> None:
    launch("phases", "plan", "supplier_rollout")  # checks health: no worker does it here
    with launch.running("watch") as watcher:
        watcher.wait_for("health Email Services WARNING")
        launch("flags", "toggle", "mvp_realtime_updates", "on")
        watcher.wait_for("Z flag mvp_realtime_updates on 100 %")
        launch("flags", "toggle", "mvp_realtime_updates", "off")


def wait_until_refused(launch: Launch) -> None:
    """What is done on the server itself is told to nobody: it counts within 5 s (ADR 11)."""
    for _ in range(30):
        if "not valid any more" in (done := launch.run_unchecked("flags", "list")).err:
            return
        time.sleep(0.5)
    raise AssertionError(done)


def test_tokens_work_until_revoked(launch: Launch) -> None:
    secret = launch("token", "create", "ci", "--scope", "flags:read", "--days", "3").strip()
    tool = launch.with_env(LAUNCH_TOKEN=secret)
    seen, refused, listed = tool.run_concurrently(
        ("flags", "list", "--json"),
        ("flags", "toggle", "mvp_test_feature", "on"),
        ("token", "list", "--json"),
    )
    assert len(json.loads(seen.out)) == len(FLAGS)
    assert (refused.code, refused.err.count("\n")) == (1, 1)
    (row,) = json.loads(listed.out)
    assert (row["name"], row["scopes"], row["revokedAt"]) == ("ci", ["flags:read"], None)
    launch("token", "revoke", row["prefix"])
    wait_until_refused(tool)


def test_the_first_admin_is_created_once(launch: Launch) -> None:
    first = launch.run_unchecked("admin", "--first", "--email", "boss@wedsync.app")
    assert len(first.out.strip()) >= 20
    login_as = launch.with_env(XDG_CONFIG_HOME=str(launch.folder / "boss"))
    login_as("login", "boss@wedsync.app", stdin=first.out)
    # One after the other: without an admin, `--first` would make one.
    repeated = launch.run_unchecked("admin", "--first", "--email", "other@wedsync.app")
    changed = launch.run_unchecked("admin", "--email", "boss@wedsync.app", "--role", "viewer")
    assert (repeated.code, repeated.out) == (0, "")
    assert changed.err == "boss@wedsync.app: changed.\n"
    wait_until_refused(login_as)


def test_errors_are_one_line(launch: Launch) -> None:
    cases = {
        ("phases", "plan", "no_such_phase"): "no phase",
        ("flags", "toggle", "no_such_flag", "on"): "no flag",
        ("watch", "--url", "http://127.0.0.1:1"): "cannot be reached",
        ("flags", "list", "--token", "x" * 43): "not valid any more",
        ("watch", "--events-only", "--token", "x" * 43): "not valid any more",
        ("health", "--url", "ftp://x"): "no URL",
        ("admin", "--email", "new@wedsync.app"): "needs a password",
        ("kill", "nope_flag", "--reason", "x", "--yes"): "There is no flag 'nope_flag'",
        ("token", "create", "x", "--scope", "all"): "no scope",
        ("serve", "--port", launch.env["PORT"]): "Cannot listen",
    }
    for done, says in zip(launch.run_concurrently(*cases), cases.values(), strict=True):
        check_failed(done, says)


def test_without_a_server_the_command_says_what_to_do(prepared: Launch) -> None:
    nowhere = prepared.with_env(DATABASE_URL="", REDIS_URL="")
    for done in nowhere.run_concurrently(("demo",), ("kill",), ("worker",)):
        check_failed(done, "make run")


def test_an_unavailable_database_is_one_line(prepared: Launch) -> None:
    for done in prepared.with_env(DATABASE_URL=NOWHERE).run_concurrently(("demo",), ("migrate",)):
        check_failed(done, "database does not answer")


def check_failed(done: CommandResult, says: str) -> None:
    assert (done.code, done.out) == (1, "")
    assert re.fullmatch("error: [^\n]+\n", done.err)
    assert says in done.err


def test_wrong_usage_gives_exit_code_2(prepared: Launch) -> None:
    cases = (
        ("flags", "toggle", "x", "maybe"),
        ("kill", "--lift"),
        ("kill", "x"),
        ("phases",),
        ("admin",),
    )
    assert {done.code for done in prepared.run_concurrently(*cases)} == {2}


def test_the_schema_is_printed(prepared: Launch) -> None:
    assert "type Subscription" in prepared("schema")


def test_every_document_matches_the_schema() -> None:
    graph = build_schema(schema.as_str())
    documents = [
        value
        for module in (flags, health, login, phase_documents, propagation, watch_stream)
        for value in vars(module).values()
        if isinstance(value, str) and re.match(r"\s*(query|mutation|subscription)\b", value)
    ]
    documents += [document for document, _ in phase_documents.MOVES.values()]
    assert len(documents) == 24
    assert [error for text in documents for error in validate(graph, parse(text))] == []
