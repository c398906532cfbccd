import type { Scope } from "../../gql/graphql";

/** What a token may be allowed; SELF belongs to people. */
export const SCOPES: { value: Scope; label: string }[] = [
  { value: "LAUNCH_READ", label: "See phases, runs and events" },
  { value: "LAUNCH_OPERATE", label: "Activate, pause and roll back phases" },
  { value: "LAUNCH_ADMIN", label: "Create and edit phases" },
  { value: "FLAGS_READ", label: "See and evaluate flags" },
  { value: "FLAGS_WRITE", label: "Create, edit and switch flags" },
  { value: "METRICS_READ", label: "See metrics and journeys" },
  { value: "METRICS_WRITE", label: "Send metrics" },
  { value: "HEALTH_READ", label: "See the health of the system" },
  { value: "INCIDENTS_READ", label: "See incidents" },
  { value: "INCIDENTS_WRITE", label: "Open, edit and close incidents" },
  { value: "DIRECTORY_READ", label: "See suppliers, couples and invitations" },
  { value: "DIRECTORY_WRITE", label: "Act for suppliers" },
  { value: "WEBHOOKS_ADMIN", label: "Manage webhooks" },
  { value: "TOKENS_ADMIN", label: "Manage API tokens" },
  { value: "MESSAGES_MODERATE", label: "See and hide reported messages" },
  { value: "PEOPLE_READ", label: "See e-mail addresses of the staff" },
];

/** LAUNCH_READ → launch:read, as messages and documents print it. */
export function printed(scope: Scope): string {
  return scope.toLowerCase().replace("_", ":");
}
