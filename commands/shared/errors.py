"""Failures of commands: one line on stderr and exit code 1, never a traceback."""


class CommandError(Exception):
    """Why a command failed, in one line."""
