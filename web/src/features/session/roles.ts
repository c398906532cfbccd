import type { Role } from "../../gql/graphql";

export const STAFF: readonly Role[] = ["ADMIN", "OPERATOR", "VIEWER"];

/** The page after a log-in. */
export function homeOf(role: Role): string {
  if (role === "SUPPLIER") return "/dashboard";
  return role === "COUPLE" ? "/overview" : "/admin/launch";
}

/** Where one's own password, e-mail and devices are. */
export function accountOf(role: Role): string {
  if (role === "SUPPLIER") return "/settings";
  return role === "COUPLE" ? "/profile" : "/admin/account";
}

/** Only staff that may change things gets the buttons; the server decides all the same. */
export function mayOperate(role: Role): boolean {
  return role === "ADMIN" || role === "OPERATOR";
}

/** Where a log-in leads: back to where it was asked for, never off this site. */
export function landing(next: string | null, otherwise: string): string {
  return next?.startsWith("/") && !/^\/[/\\]/.test(next) ? next : otherwise;
}

/** Letters to both sides lead to /onboarding/<step>; the steps of couples are on their own pages. */
export function setupOf(role: Role, pathname: string): string | undefined {
  if (role !== "COUPLE" || !pathname.startsWith("/onboarding/")) return undefined;
  return pathname === "/onboarding/basic-details" ? "/profile" : "/overview";
}
