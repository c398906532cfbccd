import type { Role } from "../../gql/graphql";

export const STAFF: readonly Role[] = ["ADMIN", "OPERATOR", "VIEWER"];

/** The page after a log-in. */
export function homeOf(role: Role): string {
  if (role === "SUPPLIER") return "/dashboard";
  return role === "COUPLE" ? "/overview" : "/admin/launch";
}

/** The path of the account page of a role. */
export function accountOf(role: Role): string {
  if (role === "SUPPLIER") return "/settings";
  return role === "COUPLE" ? "/profile" : "/admin/account";
}

/** Whether to show buttons that change data; the server checks every request anyway. */
export function mayOperate(role: Role): boolean {
  return role === "ADMIN" || role === "OPERATOR";
}

/** The page after a log-in: the one that required it, never one of another site. */
export function landing(next: string | null, otherwise: string): string {
  return next?.startsWith("/") && !/^\/[/\\]/.test(next) ? next : otherwise;
}

/** E-mails link to /onboarding/<step> for both sides; the steps of couples are on their own pages. */
export function setupOf(role: Role, pathname: string): string | undefined {
  if (role !== "COUPLE" || !pathname.startsWith("/onboarding/")) return undefined;
  return pathname === "/onboarding/basic-details" ? "/profile" : "/overview";
}
