"""The files of the built pages: compressed at build time, and cached by browsers for ever."""

import os
from collections.abc import Iterator
from mimetypes import guess_type
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

# In order of preference; the build writes both (web/scripts/compressed.ts).
_CODINGS = (("br", ".br"), ("gzip", ".gz"))


class Assets(StaticFiles):
    """Files whose names change with their content, in the best encoding that a client accepts."""

    def __init__(self, directory: Path) -> None:
        """The directory may be missing; then no file is found."""
        super().__init__(directory=directory, check_dir=False)
        self._names = frozenset(os.listdir(directory)) if directory.is_dir() else frozenset()

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file; names that the build cannot have written are not looked up."""
        if path not in self._names:
            raise HTTPException(404)
        return await super().get_response(path, scope)

    async def check_config(self) -> None:
        """A missing directory means that the pages are not built; it is no error."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file, or the copy beside it in the first encoding that the client accepts."""
        request = Headers(scope=scope)
        headers = {
            "cache-control": "public, max-age=31536000, immutable",
            "vary": "accept-encoding",
            "x-content-type-options": "nosniff",
        }
        media_type = guess_type(full_path)[0]
        for coding, suffix in _CODINGS:
            if Path(full_path).name + suffix in self._names and coding in _accepted_encodings(
                request
            ):
                full_path = f"{os.fspath(full_path)}{suffix}"
                stat_result = os.stat(full_path)
                headers["content-encoding"] = coding
                break
        response = FileResponse(
            full_path, status_code, headers, media_type, stat_result=stat_result
        )
        if self.is_not_modified(response.headers, request):
            return NotModifiedResponse(response.headers)
        return response


def _accepted_encodings(request: Headers) -> Iterator[str]:
    """The encodings that a client accepts; weight 0 excludes one."""
    for entry in request.get("accept-encoding", "").split(","):
        name, _, weight = entry.replace(" ", "").lower().partition(";q=")
        if weight.strip("0.") or not weight:
            yield name
