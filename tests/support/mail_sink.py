"""A mail server in a process of its own: SIGUSR1 shuts its door, SIGUSR2 opens it again."""

import signal
import sys
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox

SHUT, OPEN = signal.SIGUSR1, signal.SIGUSR2


def opened(port: int, folder: Path) -> Controller:
    """Take letters at the port, each as a file in `new` of the folder."""
    door = Controller(Mailbox(folder), hostname="127.0.0.1", port=port)
    door.start()
    return door


def main(port: int, folder: Path) -> None:
    """Until the process is ended."""
    # Before there are threads, so that no other one is hit.
    signal.pthread_sigmask(signal.SIG_BLOCK, {SHUT, OPEN})
    door: Controller | None = opened(port, folder)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        command = signal.sigwait({SHUT, OPEN})
        if command is SHUT and door is not None:
            door.stop()
            door = None
        elif command is OPEN and door is None:
            door = opened(port, folder)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
