import type { Role } from "../../gql/graphql";

/** Roles of the launch team, from the least to the most. */
export const ROLES: { value: Role; label: string }[] = [
  { value: "VIEWER", label: "Viewer: sees everything" },
  { value: "OPERATOR", label: "Operator: runs launches too" },
  { value: "ADMIN", label: "Admin: everything" },
];
