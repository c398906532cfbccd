"""What the bearer of a code sees: enough to fill in the form, and nothing more (M8)."""

from typing import Any

import pytest

from db.session import Database
from tests.api.test_invitations import EMMA, mailed_code
from tests.factories.marketplace import (
    DECLINE,
    INVITE,
    REVOKE,
    SentInvitation,
    accept_invitation,
    add_client,
    code_in,
)
from tests.support.graphql import GraphQLClient

WHOLE = """
query ($code: String!) {
  invitation(code: $code) {
    status maskedEmail partner1Name partner2Name weddingDate
  }
}
"""
NOTES = "Pays late. Mother decides."


async def sent_to(supplier: GraphQLClient, names: str = "Emma & James") -> SentInvitation:
    more = {"email": EMMA, "weddingDate": "2027-08-15", "notes": NOTES}
    client = await add_client(supplier, names, **more)
    invitation = (await supplier.data(INVITE, clientId=client["id"]))["inviteClient"]["invitation"]
    return SentInvitation(invitation["id"], client["id"], code_in(invitation["acceptUrl"]))


async def shown(visitor: GraphQLClient, code: str) -> Any:  # noqa: ANN401 - JSON
    return (await visitor.data(WHOLE, code=code))["invitation"]


async def test_a_preview_shows_only_the_names_and_date_of_the_client(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    sent = await sent_to(supplier)
    for code in (sent.code, await mailed_code(db)):
        assert await shown(visitor, code) == {
            "status": "SENT",
            "maskedEmail": "e•••@example.com",
            "partner1Name": "Emma",
            "partner2Name": "James",
            "weddingDate": "2027-08-15",
        }
    document = '{ __type(name: "InvitationPreview") { fields { name } } }'
    fields = (await visitor.data(document))["__type"]["fields"]
    assert {field["name"] for field in fields} == {
        *("status", "supplierName", "vendorType", "maskedEmail", "needsEmail", "expiresAt"),
        *("partner1Name", "partner2Name", "weddingDate"),
    }


async def test_a_single_name_is_shown_as_the_first_partner(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    preview = await shown(visitor, (await sent_to(supplier, "The Andersons")).code)
    assert (preview["partner1Name"], preview["partner2Name"]) == ("The Andersons", None)


@pytest.mark.parametrize("ending", ["ACCEPTED", "DECLINED", "REVOKED"])
async def test_previews_of_ended_invitations_hide_names_and_date(
    supplier: GraphQLClient, visitor: GraphQLClient, ending: str
) -> None:
    sent = await sent_to(supplier)
    if ending == "ACCEPTED":
        await accept_invitation(visitor, sent)
    elif ending == "DECLINED":
        await visitor.data(DECLINE, code=sent.code)
    else:
        await supplier.data(REVOKE, id=sent.id)
    preview = await shown(visitor.as_(None), sent.code)
    assert preview["status"] == ending
    assert {preview[name] for name in ("partner1Name", "partner2Name", "weddingDate")} == {None}
