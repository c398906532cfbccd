"""Errors of embedded servers; every message is one line for the operator."""


class EmbeddedError(Exception):
    """An embedded server cannot be used."""


class DataFolderBusy(EmbeddedError):
    """Another process runs the embedded server of this data folder."""


class ServerFailed(EmbeddedError):
    """An embedded server or one of its tools failed."""
