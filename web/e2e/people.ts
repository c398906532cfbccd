import { readdir, readFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { ask, openMarketplace, PASSWORD, PATIENCE, required } from "./browser.ts";

const LETTERS = `${required("MAIL_FOLDER")}/new`;

/** A supplier with a profile, made from outside the browser; returns its token. */
export async function supplier(email: string, businessName: string): Promise<string> {
  await openMarketplace();
  const { signUp } = await ask<{ signUp: { session: { accessToken: string } } }>(
    null,
    "mutation ($input: SignUpInput!) { signUp(input: $input) { session { accessToken } } }",
    {
      input: {
        userType: "SUPPLIER",
        email,
        password: PASSWORD,
        profile: { businessName, vendorType: "PHOTOGRAPHER" },
      },
    },
  );
  return signUp.session.accessToken;
}

/** A couple without any supplier, made from outside the browser. */
export async function couple(email: string): Promise<void> {
  await openMarketplace();
  await ask(null, "mutation ($input: SignUpInput!) { signUp(input: $input) { errors { code } } }", {
    input: { userType: "COUPLE", email, password: PASSWORD },
  });
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

/** The invitation to somebody has expired: fourteen days later, as the database sees it. */
export async function expireInvitation(email: string): Promise<void> {
  const command = ["-m", "tests.support.expire_invitations", required("DATA_DIR"), email];
  await promisify(execFile)(required("PYTHON"), command);
}

/** Confirms the e-mail of an account by the link in its letter. */
export async function confirm(email: string): Promise<void> {
  const [, token] = await inLetter(email, /confirm-email\S*[?#]token=([\w-]+)/);
  await ask(null, "mutation ($token: String!) { confirmEmail(token: $token) { email } }", { token });
}

/** The letter to somebody came back after it was sent, as the hook of a mail provider says. */
export async function bounce(token: string, email: string): Promise<void> {
  const [, id] = await inLetter(email, /Message-ID: (<\S+>)/);
  const document = "mutation ($id: String!) { reportBounce(messageId: $id) { errors { message } } }";
  const until = Date.now() + PATIENCE; // the worker may not have noted yet that it was taken
  for (;;) {
    const { reportBounce } = await ask<{ reportBounce: { errors: object[] } }>(token, document, { id });
    if (reportBounce.errors.length === 0) return;
    if (Date.now() > until) throw new Error(JSON.stringify(reportBounce.errors));
    await sleep(100);
  }
}

/** What the pattern finds in a letter to somebody, once there is one. */
export async function inLetter(email: string, pattern: RegExp): Promise<RegExpExecArray> {
  const until = Date.now() + PATIENCE;
  for (;;) {
    for (const file of await readdir(LETTERS)) {
      const letter = (await readFile(`${LETTERS}/${file}`, "utf8")).replaceAll(/=\r?\n/g, "").replaceAll("=3D", "=");
      const found = letter.includes(`To: ${email}`) ? pattern.exec(letter) : null;
      if (found) return found;
    }
    if (Date.now() > until) throw new Error(`No letter to ${email} says ${String(pattern)}`);
    await sleep(100);
  }
}
