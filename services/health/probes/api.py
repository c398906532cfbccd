"""The probe of the GraphQL endpoint, from outside."""

from pathlib import Path

import httpx2

from domain.health.health import ProbeResult
from services.health.probes.base import Finding, ProbeFailed, measure, trust

DOCUMENT = "{__typename}"


class ApiProbe:
    """Sends the smallest query to the public URL, over a new connection as a client would."""

    def __init__(self, base_url: str, authorities: Path | None = None) -> None:
        """`base_url` has no trailing slash; `authorities` are trusted beside the system CAs."""
        self._url = f"{base_url}/graphql"
        self._authorities = authorities

    async def run(self) -> ProbeResult:
        """Send one query."""
        return await measure(self._check())

    async def _check(self) -> Finding:
        # A proxy from the environment could answer while the app is down.
        context = trust(self._authorities)
        async with httpx2.AsyncClient(verify=context, timeout=None, trust_env=False) as client:
            reply = await client.post(self._url, json={"query": DOCUMENT})
        body = reply.json() if reply.status_code == httpx2.codes.OK else None
        data = body.get("data") if isinstance(body, dict) else None
        if not isinstance(data, dict) or data.get("__typename") != "Query":
            raise ProbeFailed(f"HTTP {reply.status_code} without the expected data")
        return Finding({"httpStatus": reply.status_code})
