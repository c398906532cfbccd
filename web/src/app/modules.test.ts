import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

/** Rules for the imports between modules; tests and generated files are excluded. */
const SRC = fileURLToPath(new URL("..", import.meta.url));
const FILES = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test.") && !name.startsWith("gql"))
  .map((name) => name.replaceAll("\\", "/"));
const TEXTS = new Map(FILES.map((name) => [name, readFileSync(join(SRC, name), "utf8")]));

/** The modules that a module imports statically, types included. */
function needs(name: string): string[] {
  return [...(TEXTS.get(name) ?? "").matchAll(/^(?:import|export|\})[^;]*?from "(\.[^"]+)";/gm)].flatMap(([, path]) => {
    const target = join(dirname(name), path ?? "");
    return [target, `${target}.ts`, `${target}.tsx`].filter((candidate) => TEXTS.has(candidate));
  });
}

function circleFrom(start: string): string[] | undefined {
  const ways = [[start]];
  const seen = new Set<string>();
  for (let way = ways.pop(); way; way = ways.pop()) {
    for (const next of needs(way.at(-1) ?? "")) {
      if (next === start) return [...way, start];
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return undefined;
}

test("the modules are read at all", () => {
  expect(needs("main.tsx")).toContain("app/router.tsx");
});

test("no module needs itself by way of others, not even for a type", () => {
  expect(FILES.map(circleFrom).filter(Boolean)).toEqual([]);
});

test("buttons and dialogs are those that keep the focus", () => {
  const plain = FILES.filter((name) =>
    /import \{[^}]*\b(Button|Modal)\b[^}]*\} from "@mantine\/core"/.test(TEXTS.get(name) ?? ""),
  );
  expect(plain).toEqual(["components/Button.tsx", "components/Dialog.tsx"]);
});

const FORMS = [
  "components/ReasonModal.tsx",
  "features/clients/ClientForm.tsx",
  "features/clients/InviteDialog.tsx",
  "features/couples/InvitePartner.tsx",
  "features/couples/ProfilePage.tsx",
  "features/flags/CreateFlagDialog.tsx",
  "features/flags/FlagChangeDialog.tsx",
  "features/flags/FlagEditor.tsx",
  "features/imports/Corrections.tsx",
  "features/incidents/IncidentTimeline.tsx",
  "features/incidents/ResolveDialog.tsx",
  "features/invitations/AcceptForm.tsx",
  "features/joining/JoinForm.tsx",
  "features/messages/Composer.tsx",
  "features/onboarding/BusinessInfoStep.tsx",
  "features/onboarding/FirstClientStep.tsx",
  "features/onboarding/HelpCard.tsx",
  "features/phases/RollBackDialog.tsx",
  "features/session/DeleteAccount.tsx",
  "features/session/EmailForm.tsx",
  "features/session/ForgotPasswordPage.tsx",
  "features/session/LogInPage.tsx",
  "features/session/PasswordForm.tsx",
  "features/session/ResetPasswordPage.tsx",
  "features/session/SignUpPage.tsx",
  "features/silences/SilenceDialog.tsx",
  "features/staff/Staff.tsx",
  "features/suppliers/SettingsPage.tsx",
  "features/tokens/CreateTokenDialog.tsx",
];
/** Inputs outside of a form: for search or copying, and the field that two forms share. */
const NOT_SENT = [
  "components/CopyLink.tsx",
  "features/clients/ClientsPage.tsx",
  "features/directory/SearchInput.tsx",
  "features/flags/FlagList.tsx",
  "features/flags/GroupsInput.tsx",
  "features/playground/PersonInput.tsx",
  "features/playground/Whom.tsx",
];

function those(pattern: RegExp): string[] {
  return FILES.filter((name) => pattern.test(TEXTS.get(name) ?? "")).sort();
}

test("every form keeps what was typed as a draft, and guards the page (U3)", () => {
  expect(those(/<form\b/)).toEqual(["components/Form.tsx"]);
  expect(those(/<Form\b/)).toEqual(FORMS);
  const typed = those(/<(Autocomplete|NumberInput|PasswordInput|TagsInput|Textarea|TextInput)\b/);
  const kept = those(/\buse(Form)?Draft\(/);
  expect(typed.filter((name) => !kept.includes(name))).toEqual(NOT_SENT);
});

test("no form stores a password (U3)", () => {
  for (const name of those(/<PasswordInput\b/)) {
    const text = TEXTS.get(name) ?? "";
    const fields = [...text.matchAll(/<PasswordInput[^>]*?getInputProps\("(\w+)"\)/g)].map(([, field]) => field);
    const secrets = /secrets: \[([^\]]*)\]/.exec(text)?.[1] ?? "";
    expect(fields.length, name).toBeGreaterThan(0);
    for (const field of fields) expect(secrets, `${name}: ${field}`).toContain(`"${field}"`);
  }
});
