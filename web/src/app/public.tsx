import type { ComponentType } from "react";
import { Navigate, type RouteObject, useSearchParams } from "react-router";

import { homeOf, landing } from "../features/session/roles";
import { useSession } from "../features/session/session";
import { lazyRoute } from "./lazyRoute";

const LogInPage = lazyRoute(async () => (await import("../features/session/LogInPage")).LogInPage);
const SignUpPage = lazyRoute(async () => (await import("../features/session/SignUpPage")).SignUpPage);
const ForgotPasswordPage = lazyRoute(
  async () => (await import("../features/session/ForgotPasswordPage")).ForgotPasswordPage,
);
const ResetPasswordPage = lazyRoute(
  async () => (await import("../features/session/ResetPasswordPage")).ResetPasswordPage,
);
const ConfirmEmailPage = lazyRoute(async () => (await import("../features/session/ConfirmEmailPage")).ConfirmEmailPage);
const LogInLinkPage = lazyRoute(async () => (await import("../features/session/LogInLinkPage")).LogInLinkPage);
const ExplorerPage = lazyRoute(async () => (await import("../features/api/ExplorerPage")).ExplorerPage);
const TermsPage = lazyRoute(async () => (await import("../features/legal/LegalPage")).TermsPage);
const PrivacyPage = lazyRoute(async () => (await import("../features/legal/LegalPage")).PrivacyPage);
const JoinPage = lazyRoute(async () => (await import("../features/joining/JoinPage")).JoinPage);
const AcceptPage = lazyRoute(async () => (await import("../features/invitations/AcceptPage")).AcceptPage);

/** A page for visitors; logged-in users are redirected to the page that they requested. */
function Visitors({ Page, supplierGoesTo }: { Page: ComponentType; supplierGoesTo?: string }) {
  const { viewer } = useSession();
  const [search] = useSearchParams();
  if (!viewer) return <Page />;
  const otherwise = viewer.role === "SUPPLIER" && supplierGoesTo ? supplierGoesTo : homeOf(viewer.role);
  return <Navigate to={landing(search.get("next"), otherwise)} replace />;
}

/** What needs no log-in. */
export const publicRoutes: RouteObject[] = [
  { path: "login", element: <Visitors Page={LogInPage} />, handle: { title: "Log in" } },
  {
    path: "signup",
    element: <Visitors Page={SignUpPage} supplierGoesTo="/onboarding/business-info" />,
    handle: { title: "Sign up" },
  },
  { path: "forgot-password", element: <ForgotPasswordPage />, handle: { title: "Forgot password" } },
  { path: "reset-password", element: <ResetPasswordPage />, handle: { title: "New password" } },
  { path: "confirm-email", element: <ConfirmEmailPage />, handle: { title: "Confirm your e-mail" } },
  { path: "log-in-link", element: <LogInLinkPage />, handle: { title: "Log in" } },
  { path: "terms", element: <TermsPage />, handle: { title: "Terms of use" } },
  { path: "privacy", element: <PrivacyPage />, handle: { title: "Privacy policy" } },
  { path: "explorer", element: <ExplorerPage />, handle: { title: "Explorer", brand: "launch" } },
  {
    path: "accept/:code",
    element: <AcceptPage />,
    handle: { title: "Your invitation", brand: "wedme" },
  },
  {
    path: "join/:code",
    element: <JoinPage />,
    handle: { title: "Your invitation", brand: "wedme" },
  },
];

/** Pages that may be the first one of a visit, such as the target of a link in an e-mail. */
export const publicPages = [
  { path: "login", Page: LogInPage },
  { path: "signup", Page: SignUpPage },
  { path: "accept/:code", Page: AcceptPage },
  { path: "join/:code", Page: JoinPage },
];
