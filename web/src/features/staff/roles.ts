import type { Role } from "../../gql/graphql";

/** Roles of the launch team, from the least to the most. */
export const ROLES: { value: Role; label: string }[] = [
  { value: "VIEWER", label: "Viewer: sees everything" },
  { value: "OPERATOR", label: "Operator: also runs launches" },
  { value: "ADMIN", label: "Admin: everything" },
];
