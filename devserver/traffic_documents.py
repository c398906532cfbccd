"""The GraphQL documents of the demo's users, which are those of the pages."""

PING = "query Ping { __typename }"
SIGN_UP = """
mutation SignUp($input: SignUpInput!) {
  signUp(input: $input) { session { accessToken } errors { code message } }
}
"""
COMPLETE_STEP = """
mutation CompleteStep($step: String!, $data: JSON) {
  completeOnboardingStep(step: $step, data: $data) {
    onboarding { percentComplete } errors { code message }
  }
}
"""
ASK_FOR_HELP = """
mutation AskForHelp($message: String) {
  requestAssistance(message: $message) { onboarding { id } errors { code message } }
}
"""
ADD_CLIENT = """
mutation AddClient($input: AddClientInput!) {
  addClient(input: $input) { client { id } errors { code message } }
}
"""
INVITE = """
mutation Invite($id: ID!, $email: EmailAddress) {
  inviteClient(clientId: $id, email: $email) {
    invitation { acceptUrl } errors { code message }
  }
}
"""
LOOK = "query Look($code: String!) { invitation(code: $code) { status supplierName } }"
OPEN = """
mutation Open($code: String!) {
  openInvitation(code: $code) { invitation { status } errors { code message } }
}
"""
DECLINE = """
mutation Decline($code: String!) {
  declineInvitation(code: $code) { invitation { status } errors { code message } }
}
"""
ACCEPT = """
mutation Accept($input: AcceptInvitationInput!) {
  acceptInvitation(input: $input) {
    session { accessToken } partnership { id } errors { code message }
  }
}
"""
EVERY = (
    PING, SIGN_UP, COMPLETE_STEP, ASK_FOR_HELP, ADD_CLIENT, INVITE, LOOK, OPEN, DECLINE, ACCEPT,
)  # fmt: skip
