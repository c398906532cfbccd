import { ask, PASSWORD } from "./browser.ts";

/** A supplier with a profile, made from outside the browser; returns its token. */
export async function supplier(email: string, businessName: string): Promise<string> {
  const { signUp } = await ask<{ signUp: { session: { accessToken: string } } }>(
    null,
    "mutation ($input: SignUpInput!) { signUp(input: $input) { session { accessToken } } }",
    {
      input: {
        userType: "SUPPLIER", email, password: PASSWORD,
        profile: { businessName, vendorType: "PHOTOGRAPHER" },
      },
    },
  );
  return signUp.session.accessToken;
}

/** Adds a client and invites it; returns the path of the link. */
export async function invite(token: string, coupleNames: string, email: string | null = null): Promise<string> {
  const { addClient } = await ask<{ addClient: { client: { id: string } } }>(
    token,
    "mutation ($input: AddClientInput!) { addClient(input: $input) { client { id } } }",
    { input: { coupleNames, email, weddingDate: "2027-08-15" } },
  );
  const { inviteClient } = await ask<{ inviteClient: { invitation: { acceptUrl: string } } }>(
    token,
    "mutation ($id: ID!) { inviteClient(clientId: $id) { invitation { acceptUrl } } }",
    { id: addClient.client.id },
  );
  return new URL(inviteClient.invitation.acceptUrl).pathname;
}
