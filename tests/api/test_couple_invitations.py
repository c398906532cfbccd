"""One partner invites the other by the rules of all invitations (M9, M2, M3)."""

import asyncio
import secrets

import pytest
from sqlalchemy import select

from db.models.accounts import User
from db.models.mail import Mail
from db.session import Database
from domain.mail.email import MailKind
from domain.marketplace.invitations import DEFAULT_DAYS, MAX_EMAILS
from tests.factories.accounts import email_of
from tests.factories.couples import (
    DECLINE,
    JAMES,
    PREVIEW,
    REVOKE,
    invite,
    invite_code,
    join,
    mailed_code,
    own_couple,
    partners,
)
from tests.factories.launches import make_flag
from tests.factories.mail import emails_of_kind
from tests.factories.marketplace import COUPLE_SETUP, accept_invitation, add_and_invite, new_couple
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

DAY = 86_400


@pytest.fixture
async def emma(visitor: GraphQLClient, db: Database) -> GraphQLClient:
    return await new_couple(visitor, db)


def codes(payload: dict[str, list[dict[str, str]]]) -> list[str]:
    return [error["code"] for error in payload["errors"]]


async def test_an_email_lets_the_partner_in_with_a_proven_address(
    emma: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    payload = await invite(emma, JAMES)
    assert (payload["errors"], payload["invitation"]["channel"]) == ([], "EMAIL")
    joined = await join(visitor.as_(None), await mailed_code(db))
    assert joined["errors"] == []
    assert joined["session"]["user"] == {
        "email": JAMES,
        "couple": {"id": (await own_couple(emma))["id"]},
    }
    async with db.read() as session:
        user = await session.scalar(select(User).where(User.email == JAMES))
    assert user is not None
    assert user.email_verified_at is not None


async def test_a_link_to_hand_over_asks_for_an_address_and_to_confirm_it(
    emma: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    code = await invite_code(emma)
    assert codes(await join(visitor.as_(None), code)) == ["REQUIRED"]
    joined = await join(visitor.as_(None), code, email=JAMES, password="correct horse battery")
    assert joined["errors"] == []
    assert [email.recipient for email in await emails_of_kind(db, MailKind.CONFIRM_EMAIL)] == [
        JAMES
    ]


async def test_an_invitation_preview_masks_inviter_and_invitee(
    emma: GraphQLClient, visitor: GraphQLClient
) -> None:
    code = await invite_code(emma, JAMES)
    seen = (await visitor.as_(None).data(PREVIEW, code=code))["coupleInvitation"]
    assert (seen["status"], seen["maskedEmail"], seen["needsEmail"]) == (
        "SENT", "j•••@example.com", False,
    )  # fmt: skip
    assert seen["inviter"].endswith("•••@wedsync.com")
    assert (await visitor.as_(None).data(PREVIEW, code="x" * 43))["coupleInvitation"] is None


async def test_another_address_has_to_be_confirmed(
    emma: GraphQLClient, visitor: GraphQLClient
) -> None:
    code, other = await invite_code(emma, JAMES), {"email": "jim@example.com"}
    assert codes(await join(visitor.as_(None), code, **other)) == ["EMAIL_MISMATCH"]
    done = await join(visitor.as_(None), code, **other, confirmEmailMismatch=True)
    assert done["errors"] == []


async def test_repeating_an_acceptance_with_its_key_returns_the_session(
    emma: GraphQLClient, visitor: GraphQLClient
) -> None:
    code, key = await invite_code(emma), secrets.token_urlsafe(16)
    first = await join(visitor.as_(None), code, email=JAMES, idempotencyKey=key)
    repeated = await join(visitor.as_(None), code, email=JAMES, idempotencyKey=key)
    assert (first["alreadyAccepted"], repeated["alreadyAccepted"]) == (False, True)
    assert repeated["session"]["user"] == first["session"]["user"]
    assert codes(await join(visitor.as_(None), code, email=JAMES)) == ["ALREADY_USED"]
    james = visitor.as_(first["session"]["accessToken"])
    assert (await join(james, code))["alreadyAccepted"] is True


async def test_a_repeat_of_the_invitation_sends_one_email_and_shows_the_link(
    emma: GraphQLClient, db: Database
) -> None:
    first = await invite(emma, JAMES, idempotencyKey="k")
    repeated = await invite(emma, JAMES, idempotencyKey="k")
    assert first == repeated
    assert first["invitation"]["acceptUrl"]
    assert len(await emails_of_kind(db, MailKind.INVITATION)) == 1
    assert (await own_couple(emma))["partnerInvitation"]["acceptUrl"] is None


async def test_inviting_again_ends_the_link_before(
    emma: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    old = await invite_code(emma, JAMES)
    new = await invite_code(emma, "jim@example.com")
    assert codes(await join(visitor.as_(None), old)) == ["REVOKED"]
    async with db.read() as session:
        cancelled = await session.scalar(select(Mail.cancelled_at).where(Mail.recipient == JAMES))
    assert cancelled is not None
    assert (await join(visitor.as_(None), new))["errors"] == []


async def test_either_takes_it_back(
    emma: GraphQLClient, visitor: GraphQLClient, supplier: GraphQLClient
) -> None:
    payload = await invite(emma)
    key, code = payload["invitation"]["id"], payload["invitation"]["acceptUrl"][-43:]
    for _ in range(2):
        done = (await emma.data(REVOKE, id=key))["revokeCoupleInvitation"]
        assert (done["errors"], done["invitation"]["status"]) == ([], "REVOKED")
    assert codes(await join(visitor.as_(None), code, email=JAMES)) == ["REVOKED"]
    denied = (await supplier.data(REVOKE, id=key))["revokeCoupleInvitation"]
    assert codes(denied) == ["NOT_FOUND"]


async def test_a_couple_invitation_can_be_declined(
    emma: GraphQLClient, visitor: GraphQLClient
) -> None:
    code = await invite_code(emma, JAMES)
    for _ in range(2):
        done = (await visitor.as_(None).data(DECLINE, code=code))["declineCoupleInvitation"]
        assert (done["errors"], done["invitation"]["status"]) == ([], "DECLINED")
    assert codes(await join(visitor.as_(None), code)) == ["ALREADY_USED"]
    assert (await own_couple(emma))["partnerInvitation"]["status"] == "DECLINED"


async def test_a_couple_invitation_expires(
    emma: GraphQLClient, visitor: GraphQLClient, clock: Clock
) -> None:
    code = await invite_code(emma)
    clock.advance(DEFAULT_DAYS * DAY + 1)
    assert codes(await join(visitor.as_(None), code, email=JAMES)) == ["EXPIRED"]


async def test_a_couple_invites_six_times_in_a_day(emma: GraphQLClient) -> None:
    for _ in range(MAX_EMAILS):
        assert (await invite(emma))["errors"] == []
    assert codes(await invite(emma)) == ["RATE_LIMITED"]


async def test_an_address_that_opted_out_cannot_be_invited_as_a_partner(
    emma: GraphQLClient, db: Database
) -> None:
    both = await partners(emma)
    stop = "mutation { setInvitationEmails(enabled: false) { enabled } }"
    await both.james.data(stop)
    other = await new_couple(emma.as_(None), db)
    (error,) = (await invite(other, JAMES))["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["email"])


async def test_the_own_address_is_refused(emma: GraphQLClient) -> None:
    own = await email_of(emma)
    (error,) = (await invite(emma, own.upper()))["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "email"])


async def test_only_couples_invite_and_accept(
    supplier: GraphQLClient, admin: GraphQLClient, emma: GraphQLClient
) -> None:
    code = await invite_code(emma)
    for client in (supplier, admin):
        assert codes(await invite(client)) == ["FORBIDDEN"]
        assert codes(await join(client, code)) == ["FORBIDDEN"]


async def test_the_sender_cannot_accept_their_own_link(emma: GraphQLClient) -> None:
    (error,) = (await join(emma, await invite_code(emma)))["errors"]
    assert error["code"] == "INVALID_TRANSITION"
    assert "Your partner has to open the link" in error["message"]
    assert (await own_couple(emma))["partnerInvitation"]["status"] == "SENT"


async def test_a_partner_who_signed_up_alone_brings_an_empty_couple(
    emma: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    james = await new_couple(visitor, db)
    code = await invite_code(emma)
    assert (await join(james, code))["errors"] == []
    assert (await own_couple(james))["id"] == (await own_couple(emma))["id"]


async def test_two_couples_with_suppliers_are_not_mixed(
    emma: GraphQLClient, visitor: GraphQLClient, supplier: GraphQLClient, db: Database
) -> None:
    james = await new_couple(visitor, db)
    await accept_invitation(james, await add_and_invite(supplier))
    code, before = await invite_code(emma), await own_couple(james)
    (error,) = (await join(james, code))["errors"]
    assert error["code"] == "INVALID_TRANSITION"
    assert await own_couple(james) == before


async def test_a_couple_has_two_members_at_most(
    emma: GraphQLClient, visitor: GraphQLClient
) -> None:
    """Also where two use the same link at once, the database has two seats."""
    code = await invite_code(emma)
    answers = await asyncio.gather(
        *(join(visitor.as_(None), code, email=f"{name}@example.com") for name in ("a", "b", "c"))
    )
    assert sorted(codes(answer) for answer in answers) == [[], ["ALREADY_USED"], ["ALREADY_USED"]]
    assert len((await own_couple(emma))["members"]) == 2
    assert codes(await invite(emma)) == ["INVALID_TRANSITION"]


async def test_the_step_is_done_when_the_partner_is_invited(emma: GraphQLClient) -> None:
    await invite(emma)
    steps = (await emma.data(COUPLE_SETUP))["viewer"]["couple"]["onboarding"]["steps"]
    assert [step["key"] for step in steps if step["completedAt"]] == ["invite_partner"]


async def test_the_flag_of_the_step_closes_both_ends(
    emma: GraphQLClient, visitor: GraphQLClient, admin: GraphQLClient
) -> None:
    code = await invite_code(emma)
    await make_flag(admin, "mvp_step_invite_partner")
    assert codes(await invite(emma)) == ["FEATURE_OFF"]
    assert codes(await join(visitor.as_(None), code, email=JAMES)) == ["FEATURE_OFF"]
