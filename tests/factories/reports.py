"""A live run and its report (X15)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.graphql import GraphQLClient

REPORT = """query ($id: ID) { launchPhase(id: $id) { runs(first: 1) { nodes { report {
  mttdSeconds mttaSeconds mttrSeconds
  proofs { row verdict value limit unit evidence }
} } } } }"""


@dataclass
class ReportedRun:
    """A live run and its report."""

    client: GraphQLClient
    phase: str

    async def report(self) -> Any:  # noqa: ANN401 - JSON
        answer = await self.client.data(REPORT, id=self.phase)
        return answer["launchPhase"]["runs"]["nodes"][0]["report"]

    async def proofs(self) -> Mapping[str, Any]:
        return {item["row"]: item for item in (await self.report())["proofs"]}

    async def verdicts(self, *rows: str) -> list[str]:
        proofs = await self.proofs()
        return [proofs[row]["verdict"] for row in rows]
