"""People who sign up themselves, so that their journeys begin."""

from uuid import uuid4

from tests.support.graphql import GraphQLClient

SIGN_UP = """
mutation ($input: SignUpInput!) {
  signUp(input: $input) { session { accessToken } errors { code message } }
}
"""


async def new_business(visitor: GraphQLClient) -> GraphQLClient:
    """A supplier who has just signed up."""
    given = {
        "userType": "SUPPLIER",
        "email": f"{uuid4().hex[:12]}@example.com",
        "password": "a long and dull password",
    }
    nobody = visitor.as_(None)  # the cookie of the sign-up stays with who got it
    answer = (await nobody.data(SIGN_UP, input=given))["signUp"]
    assert answer["errors"] == []
    return visitor.as_(answer["session"]["accessToken"])
