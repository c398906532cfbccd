/** This server as tools reach it. */
const endpoint = () => `${location.origin}/graphql`;

export function curl(): string {
  return `curl ${endpoint()} \\
  -H "Authorization: Bearer $LAUNCH_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"query": "{ systemHealth { overall } launchPhases { key status } }"}'`;
}

export function stream(): string {
  return `curl -N ${endpoint()} \\
  -H "Authorization: Bearer $LAUNCH_TOKEN" \\
  -H "Content-Type: application/json" \\
  -H "Accept: text/event-stream" \\
  -d '{"query": "subscription { launchEvents { at summary } }"}'`;
}

export function python(): string {
  return `# pip install "gql[httpx]"
import os
from gql import Client, gql
from gql.transport.httpx import HTTPXTransport

transport = HTTPXTransport(
    url="${endpoint()}",
    headers={"Authorization": f"Bearer {os.environ['LAUNCH_TOKEN']}"},
)
with Client(transport=transport) as client:
    print(client.execute(gql("{ launchPhases { key status currentStep { percentage } } }")))`;
}
