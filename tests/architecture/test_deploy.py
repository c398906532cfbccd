"""What the files of `deploy/` name exists: nobody runs them here."""

import re
import subprocess
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # no stubs

from commands.platform.draining import LINGER_SECONDS
from commands.platform.serving import GRACE_SECONDS, KEEP_ALIVE_SECONDS
from settings import Settings
from tests.architecture.source import PACKAGES, ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
BUILT_SERVICES = {name: service for name, service in SERVICES.items() if "build" in service}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()


@pytest.mark.parametrize("name", BUILT_SERVICES)
def test_services_set_only_known_settings(name: str) -> None:
    assert {key.lower() for key in BUILT_SERVICES[name]["environment"]} <= set(
        Settings.model_fields
    )


def test_the_image_sets_only_known_settings() -> None:
    (block,) = re.findall(r"^ENV (.*?)^USER", DOCKERFILE, re.DOTALL | re.MULTILINE)
    names = {name.lower() for name in re.findall(r"(\w+)=", block)}
    settings_names = names - {"path", "pythonunbuffered", "pythondontwritebytecode"}
    assert settings_names <= set(Settings.model_fields)


def test_two_replicas_of_each_service_run_and_stop_gracefully() -> None:
    commands = [service["command"][0] for service in BUILT_SERVICES.values()]
    assert (commands.count("serve"), commands.count("worker")) == (2, 2)
    assert {service["stop_grace_period"] for service in BUILT_SERVICES.values()} == {"15s"}
    assert Settings.model_fields["drain_seconds"].default + LINGER_SECONDS + GRACE_SECONDS <= 12


def test_the_proxy_drops_idle_connections_before_the_app_does() -> None:
    """Else it sends a request over one that is just being closed, and cannot send it again."""
    (seconds,) = re.findall(r"keepalive_timeout (\d+)s;", NGINX)
    assert int(seconds) <= KEEP_ALIVE_SECONDS / 2


@pytest.mark.needs("docker compose version")
def test_docker_accepts_the_compose_file() -> None:
    deploy = ROOT / "deploy"
    files = ("--file", str(deploy / "compose.yaml"), "--env-file", str(deploy / "env.example"))
    command = ["docker", "compose", *files, "config", "--quiet"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_proxy_leads_to_every_app_process() -> None:
    apps = {name for name, service in BUILT_SERVICES.items() if service["command"] == ["serve"]}
    assert set(re.findall(r"server ([\w-]+):8000", NGINX)) == apps
    assert set(SERVICES["proxy"]["depends_on"]) == apps
    subnet = COMPOSE["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert {service["environment"]["TRUSTED_PROXIES"] for service in BUILT_SERVICES.values()} == {
        subnet
    }


def test_the_image_holds_every_module_and_package() -> None:
    taken = set((ROOT / ".dockerignore").read_text().split())
    assert "!*.py" in taken
    assert re.search(r"^COPY \*\.py ", DOCKERFILE, re.MULTILINE)
    assert {f"!{name}/" for name in PACKAGES} <= taken
    assert {f"COPY {name} {name}" for name in PACKAGES} <= set(DOCKERFILE.splitlines())


def test_the_documented_metrics_are_exported() -> None:
    named = set(re.findall(r"`(launch_[a-z_]+?)(?:_total)?[`{]", _deploy_page()))
    pages = ("prometheus", "families", "product_families", "worker_app")
    source = "".join((ROOT / "endpoints" / f"{name}.py").read_text() for name in pages)
    exported = set(re.findall(r'"(launch_[a-z_]+)"', source))
    exported |= {f"launch_bus_{name}" for name in ("reconnects", "dropped")}
    assert named <= exported


def _deploy_page() -> str:
    return (ROOT / "docs" / "deploy.md").read_text()
