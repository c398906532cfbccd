"""What benchmarks work on, made through the API as a client would."""

from bench.client import Client
from bench.stack import Process, Stack
from domain.actors import Scope

FLAGS = 200
CREATE_FLAG = """
mutation ($input: CreateFeatureFlagInput!) {
  createFeatureFlag(input: $input) { flag { key } errors { message } }
}
"""
CREATE_PHASE = """
mutation ($input: CreateLaunchPhaseInput!) {
  createLaunchPhase(input: $input) { phase { id } errors { message } }
}
"""
TOGGLE = """
mutation ($input: ToggleFeatureFlagInput!) {
  toggleFeatureFlag(input: $input) { flag { version } errors { message } }
}
"""


def admin_token(stack: Stack) -> str:
    """The secret of a token with every scope that a token can have."""
    scope_names = [scope.value for scope in Scope if scope is not Scope.SELF]
    scopes = [word for scope in scope_names for word in ("--scope", scope)]
    return stack.launch("token", "create", "bench", *scopes)


def admin(stack: Stack, server: Process) -> Client:
    """A connection with every right."""
    return Client(server.port, admin_token(stack))


def flag_key(index: int) -> str:
    """The key of a flag; two digits too many, so that they sort."""
    return f"bench_flag_{index:05}"


def make_flags(client: Client, count: int, *, split: bool = True, dark: bool = False) -> list[str]:
    """Flags of all sorts: on for everybody, split by percentage or not, for a group, off.

    `dark`: all are off, and wait for their launch.
    """
    kinds: list[dict[str, object]] = (
        [{"enabled": False}]
        if dark
        else [
            {"enabled": True, "rolloutPercentage": 100},
            {"enabled": True, "rolloutPercentage": 37.5 if split else 100},
            {
                "enabled": True,
                "rolloutPercentage": 50,
                "targetGroups": ["supplier", "photographer"],
            },
            {"enabled": False},
        ]
    )
    keys = [flag_key(index) for index in range(count)]
    for index, key in enumerate(keys):
        about = {"name": f"Flag {index}", "description": "Made by a benchmark."}
        client.data(CREATE_FLAG, input={"key": key, **about, **kinds[index % len(kinds)]})
    return keys


def make_phase(client: Client, keys: list[str], target: float | None = None) -> str:
    """The id of a phase over these flags, which differ in whom they reach.

    `target` is the percentage of each.
    """
    links = [
        {"flagKey": key, "position": place, "targetPercentage": target}
        for place, key in enumerate(keys)
    ]
    sent = {"key": "bench_phase", "name": "Bench", "flags": links, "cohort": False}
    data = client.data(CREATE_PHASE, input=sent)
    return str(data["createLaunchPhase"]["phase"]["id"])
