"""A mail server in a separate process: SIGUSR1 makes it refuse connections, SIGUSR2 accept them."""

import signal
import sys
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox

SHUT, OPEN = signal.SIGUSR1, signal.SIGUSR2


def opened(port: int, folder: Path) -> Controller:
    """Accept e-mails at the port; each is a file in the subfolder `new`."""
    door = Controller(Mailbox(folder), hostname="127.0.0.1", port=port)
    door.start()
    return door


def main(port: int, folder: Path) -> None:
    """Run until the process is ended."""
    # Blocked before threads exist, so that no other thread receives the signals.
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
