"""`make launch-day`: exit code 0 where everything agrees, 1 for a contradiction, 3 if too slow."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.launch_day.plan import FULL, SHORT
from tests.launch_day.run import run
from tests.support.clusters import make_template


def main() -> int:
    """Print the page."""
    parser = argparse.ArgumentParser(prog="tests.launch_day")
    parser.add_argument("--short", action="store_true", help="the version of `make test`")
    parser.add_argument("--keep", type=Path, help="a folder for what the processes printed")
    parser.add_argument("--cluster", type=Path, help="a migrated cluster, made where it is not")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="launch-day-") as name:
        folder = Path(name)
        cluster = make_template(options.cluster or folder / "cluster")
        plan = SHORT if options.short else FULL
        place = options.keep or folder / "site"
        place.mkdir(parents=True, exist_ok=True)
        return asyncio.run(run(plan, place, cluster, _print))


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
