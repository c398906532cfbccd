"""`launch staff`: accounts of the staff, managed over the network."""

from typing import Annotated

import typer

from commands.accounts.accounts import StaffRole
from commands.shared.client import Json as Data
from commands.shared.client import Server, connect
from commands.shared.errors import CommandError
from commands.shared.options import Json, Reason, Token, Url
from commands.shared.output import remark, show, show_json, table

app = typer.Typer(no_args_is_help=True, help="Accounts of the staff.")

LIST = """
query Staff($after: String) {
  staff(first: 100, after: $after) {
    nodes { id email role emailVerifiedAt lastLoginAt disabledAt }
    pageInfo { hasNextPage endCursor }
  }
}
"""
INVITE = """
mutation Invite($email: EmailAddress!, $role: Role!) {
  inviteStaff(email: $email, role: $role) { user { email role } errors { message } }
}
"""
CHANGE_ROLE = """
mutation ChangeRole($id: ID!, $role: Role!) {
  changeStaffRole(id: $id, role: $role) { user { email role } errors { message } }
}
"""
DISABLE = """
mutation Disable($id: ID!, $reason: String) {
  disableAccount(id: $id, reason: $reason) { user { email role } errors { message } }
}
"""
ENABLE = """
mutation Enable($id: ID!) {
  enableAccount(id: $id) { user { email role } errors { message } }
}
"""
DOCUMENTS = (LIST, INVITE, CHANGE_ROLE, DISABLE, ENABLE)
COLUMNS = ("e-mail", "role", "confirmed", "last log-in", "state")

Email = Annotated[str, typer.Argument(help="The e-mail address of the account.")]
Role = Annotated[StaffRole, typer.Argument(help="The role.")]


@app.command("list")
def list_staff(as_json: Json = False, url: Url = None, token: Token = None) -> None:
    """List the staff, including disabled accounts."""
    staff = connect(url, token).every(LIST, "staff")
    if as_json:
        show_json(staff)
    else:
        show(table(COLUMNS, map(_row, staff)))


@app.command()
def invite(email: Email, role: Role, url: Url = None, token: Token = None) -> None:
    """Create an account and e-mail a link to set its password."""
    connect(url, token).change(INVITE, email=email, role=role.name)
    remark(f"{email} is invited as {role}; the link works for seven days.")


@app.command("role")
def change_role(email: Email, role: Role, url: Url = None, token: Token = None) -> None:
    """Change the role of an account; its sessions end."""
    server = connect(url, token)
    server.change(CHANGE_ROLE, id=_id_of(server, email), role=role.name)
    remark(f"{email} is {role} now.")


@app.command()
def disable(email: Email, reason: Reason = None, url: Url = None, token: Token = None) -> None:
    """Disable an account; its sessions and streams end at once."""
    server = connect(url, token)
    server.change(DISABLE, id=_id_of(server, email), reason=reason)
    remark(f"{email} is disabled.")


@app.command()
def enable(email: Email, url: Url = None, token: Token = None) -> None:
    """Enable an account again."""
    server = connect(url, token)
    server.change(ENABLE, id=_id_of(server, email))
    remark(f"{email} is enabled.")


def _id_of(server: Server, email: str) -> str:
    for user in server.every(LIST, "staff"):
        if (user["email"] or "").casefold() == email.casefold():
            return str(user["id"])
    raise CommandError(f"No member of the staff has the e-mail {email}: see `launch staff list`.")


def _row(user: Data) -> tuple[object, ...]:
    seen = (user["lastLoginAt"] or "")[:16].replace("T", " ")
    confirmed = "yes" if user["emailVerifiedAt"] else "no"
    email, state = user["email"] or "(hidden)", "disabled" if user["disabledAt"] else "ok"
    return email, user["role"], confirmed, seen, state
