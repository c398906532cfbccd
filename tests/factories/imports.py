"""Imports of clients over the API, for tests."""

import base64
from typing import Any

from tests.support.graphql import GraphQLClient

_ROW = """number status coupleNames email weddingDate duplicateOfRow warnings
  values { field value } problems { field column header message } existing { id coupleNames }"""
_PAYLOAD = f"""
    clientImport {{ id fileName totalRows added alreadyThere withErrors }}
    preview {{
      encoding delimiter hasHeader needsNames asksDateOrder totalRows newRows importedRows
      alreadyThere withErrors remainingCsv
      columns {{ position header field samples }}
      rows(first: $first, after: $after, status: $status) {{ {_ROW} }}
    }}
    errors {{ code message path }}
"""
_FIRST = "$first: Int! = 50, $after: Int! = 0, $status: [ImportRowStatus!]"
PREVIEW = f"""
mutation ($parts: [String!]!, $input: ClientImportInput!, {_FIRST}) {{
  previewClientImport(parts: $parts, input: $input) {{ {_PAYLOAD} }}
}}
"""
IMPORT = f"""
mutation ($parts: [String!]!, $input: ClientImportInput!, $key: String, {_FIRST}) {{
  importClients(parts: $parts, input: $input, idempotencyKey: $key) {{ {_PAYLOAD} }}
}}
"""
FILE = """Names;E-mail;Wedding date;Phone;Notes
Emma & James;emma@example.com;3.4.2027;123;"Two
lines"
Zoë & Max;;12 June 2028;;
"""
PART = 100_000


def parts_of(data: str | bytes) -> list[str]:
    """A file as it is sent."""
    text = base64.b64encode(data.encode() if isinstance(data, str) else data).decode()
    return [text[start : start + PART] for start in range(0, len(text), PART)]


async def previewed(
    client: GraphQLClient,
    data: str | bytes,
    page: dict[str, object] | None = None,
    **choices: object,
) -> Any:  # noqa: ANN401 - JSON
    """The payload of a preview."""
    answer = await client.data(PREVIEW, parts=parts_of(data), input=choices, **(page or {}))
    return answer["previewClientImport"]


async def imported(
    client: GraphQLClient, data: str | bytes, key: str | None = None, **choices: object
) -> Any:  # noqa: ANN401 - JSON
    """The payload of an import."""
    answer = await client.data(IMPORT, parts=parts_of(data), input=choices, key=key)
    return answer["importClients"]


def many(rows: int) -> str:
    """A file with so many different couples."""
    lines = (
        f"Couple {n} & Partner {n};couple{n}@example.com;{n % 28 + 1}.{n % 12 + 1}.2027;note {n}"
        for n in range(rows)
    )
    return "\r\n".join(["Brautpaar;E-Mail;Hochzeitsdatum;Notizen", *lines])
