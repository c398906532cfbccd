"""Reads of suppliers, clients, invitations and couples, for callers who may read all of them."""

from sqlalchemy import ColumnElement, Text, func, literal_column, null

from db.models.couples import Couple
from db.models.invitations import Invitation
from db.models.suppliers import Client, Supplier
from db.queries import couples, suppliers
from db.reads.base import PLAIN, Read

_EMPTY: ColumnElement[str] = literal_column("''", Text)

SUPPLIERS = Read(
    Supplier,
    lambda arguments: suppliers.directory(None, arguments.get("vendorType")),
    order=(Supplier.created_at, Supplier.id),
    descending=True,
    arguments={"vendorType": PLAIN},
    needs_everything=True,
)
COUPLES = Read(
    Couple,
    lambda _arguments: couples.directory(None),
    order=(Couple.created_at, Couple.id),
    descending=True,
    needs_everything=True,
)
CLIENTS = Read(
    Client,
    lambda arguments: suppliers.clients_of(Supplier.id, arguments.get("status"), None),
    order=(Client.created_at, Client.id),
    descending=True,
    arguments={"status": PLAIN},
    needs_everything=True,
)
COUPLE_OF_CLIENT = Read(
    Couple, lambda _arguments: [Couple.id == Client.couple_id], needs_everything=True
)
INVITATION_OF_CLIENT = Read(
    Invitation,
    lambda _arguments: [Invitation.client_id == Client.id],
    order=(Invitation.created_at, Invitation.id),
    descending=True,
    needs_everything=True,
)
COUPLE_OF_INVITATION = Read(
    Couple, lambda _arguments: [Couple.id == Invitation.couple_id], needs_everything=True
)
CLIENT_OF_INVITATION = Read(
    Client, lambda _arguments: [Client.id == Invitation.client_id], needs_everything=True
)

# An empty address is returned as null.
CLIENT_EMAIL = func.nullif(Client.email, _EMPTY, type_=Client.email.type)
INVITATION_EMAIL = func.nullif(Invitation.email, _EMPTY, type_=Invitation.email.type)
NO_ACCEPT_URL = null().cast(Text)  # shown once, when the invitation is created
