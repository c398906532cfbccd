"""Users who sign up themselves, so that their journeys start."""

from uuid import uuid4

from tests.support.graphql import GraphQLClient

SIGN_UP = """
mutation ($input: SignUpInput!) {
  signUp(input: $input) { session { accessToken } errors { code message } }
}
"""


async def sign_up_supplier(visitor: GraphQLClient) -> GraphQLClient:
    """Sign up a supplier and return its client."""
    account = {
        "userType": "SUPPLIER",
        "email": f"{uuid4().hex[:12]}@example.com",
        "password": "a long and dull password",
    }
    nobody = visitor.as_(None)  # the session cookie stays with the client that signed up
    answer = (await nobody.data(SIGN_UP, input=account))["signUp"]
    assert answer["errors"] == []
    return visitor.as_(answer["session"]["accessToken"])
