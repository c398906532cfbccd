"""What the product says of the day when it is over."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.launch_day.api import Api
from tests.launch_day.plan import KEY
from tests.launch_day.verdicts import Proof
from tests.launch_day.viewers import seconds

Json = Any
_LOG = """query Log($after: String) { page: launchEvents(first: 100, after: $after) {
  pageInfo { hasNextPage endCursor }
  nodes { __typename cursor summary occurredAt recordedAt
    ... on IncidentEvent { incident { number } } ... on FlagEvent {
    propagation {
      version startedAt total acked complete completeMs unknownProcesses unknownStreams
    }
  } }
} }"""
_ALERTS = """query Alerts($after: String) { page: alertDeliveries(first: 100, after: $after) {
  pageInfo { hasNextPage endCursor }
  nodes { kind title delivered sentAt firstBadAt createdAt incident { number } }
} }"""
_MAILS = """query Mails($after: String) {
  page: mails(first: 100, after: $after, status: [SENT]) {
    pageInfo { hasNextPage endCursor } nodes { recipient subject }
} }"""
_RUNS = """query Runs($key: String!) { launchPhase(key: $key) { runs(first: 10) { nodes {
  number startedAt endedAt outcome
  report { mttdSeconds proofs { row verdict evidence } }
} } } }"""


_INCIDENTS = """query AllIncidents($after: String) {
  page: incidents(first: 50, after: $after, status: [OPEN, INVESTIGATING, RESOLVED, CLOSED]) {
    pageInfo { hasNextPage endCursor }
    nodes { number episodes(limit: 20) { severity firstBadAt detectedAt endedAt } }
  }
}"""


@dataclass(frozen=True, slots=True)
class Run:
    """A run with its report; moments of the wall clock."""

    number: int
    began: float
    ended: float
    outcome: str
    proofs: Sequence[Proof]


@dataclass(frozen=True, slots=True)
class Claims:
    """All of it. `emails`: recipients of what was sent."""

    log: Sequence[Json]
    alerts: Sequence[Json]
    emails: Sequence[str]
    runs: Sequence[Run]
    incidents: Sequence[Json]


async def read(api: Api, token: str, head: str) -> Claims:
    """`head`: the cursor from which on the readers have listened."""
    alerts = [item async for item in _pages(api, _ALERTS, token)]
    emails = [str(item["recipient"]) async for item in _pages(api, _MAILS, token)]
    incidents = [item async for item in _pages(api, _INCIDENTS, token)]
    runs = await _runs(api, token)
    log = [item async for item in _pages(api, _LOG, token, head)]
    return Claims(log, alerts, emails, runs, incidents)


async def _pages(
    api: Api, document: str, token: str, after: str | None = None
) -> AsyncIterator[Json]:
    while True:
        page = await api.ask(document, token, after=after)
        for node in page["nodes"]:
            yield node
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


async def _runs(api: Api, token: str) -> list[Run]:
    """Those that have ended, in their order."""
    phase = await api.ask(_RUNS, token, key=KEY)
    runs = [_run(node) for node in phase["runs"]["nodes"] if node["endedAt"]]
    return sorted(runs, key=lambda run: run.number)


def _run(node: Json) -> Run:
    proofs = [
        Proof(item["row"], item["verdict"], item["evidence"]) for item in node["report"]["proofs"]
    ]
    began, ended = seconds(node["startedAt"]), seconds(node["endedAt"])
    return Run(node["number"], began, ended, node["outcome"], proofs)
