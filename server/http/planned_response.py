"""The HTTP response of a planned operation."""

from starlette.responses import Response


class PlannedResponse(Response):
    """A response with ready headers: starlette takes longer to build them than a plan takes."""

    def __init__(self, body: bytes, media_type: str) -> None:
        """Set what `Response` would set."""
        self.status_code, self.background, self.body = 200, None, body
        self.raw_headers = [
            (b"cache-control", b"no-store"),
            (b"content-length", b"%d" % len(body)),
            (b"content-type", b"%b; charset=utf-8" % media_type.encode()),
        ]
