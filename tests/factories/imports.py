"""Imports of clients over the API."""

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


def file_parts(data: str | bytes) -> list[str]:
    """Encode a file as the parts of a request."""
    text = base64.b64encode(data.encode() if isinstance(data, str) else data).decode()
    return [text[start : start + PART] for start in range(0, len(text), PART)]


async def preview_import(
    client: GraphQLClient,
    data: str | bytes,
    page: dict[str, object] | None = None,
    **choices: object,
) -> Any:  # noqa: ANN401 - JSON
    """Return the payload of a preview."""
    answer = await client.data(PREVIEW, parts=file_parts(data), input=choices, **(page or {}))
    return answer["previewClientImport"]


async def run_import(
    client: GraphQLClient, data: str | bytes, key: str | None = None, **choices: object
) -> Any:  # noqa: ANN401 - JSON
    """Return the payload of an import."""
    answer = await client.data(IMPORT, parts=file_parts(data), input=choices, key=key)
    return answer["importClients"]


def csv_of_couples(rows: int) -> str:
    """Build a file with `rows` different couples."""
    lines = (
        f"Couple {n} & Partner {n};couple{n}@example.com;{n % 28 + 1}.{n % 12 + 1}.2027;note {n}"
        for n in range(rows)
    )
    return "\r\n".join(["Brautpaar;E-Mail;Hochzeitsdatum;Notizen", *lines])
