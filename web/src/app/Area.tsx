import { Suspense } from "react";
import { Navigate, Outlet, useLocation } from "react-router";

import { AccessProvider } from "../features/access/access";
import { setupOf } from "../features/session/roles";
import { useSession } from "../features/session/session";
import type { AreaEntry } from "./areas";
import { ForbiddenPage } from "./ErrorPages";
import { PageSkeleton } from "./PageSkeleton";
import { Shell } from "./Shell";

/** Lets in who may see the pages of an area; others log in first, or hear that it is not theirs. */
export function Area({ area }: { area: AreaEntry }) {
  const { viewer } = useSession();
  const { pathname, search } = useLocation();
  if (!viewer) {
    return <Navigate to={`/login?next=${encodeURIComponent(pathname + search)}`} replace />;
  }
  if (!area.roles.includes(viewer.role)) {
    const own = setupOf(viewer.role, pathname);
    return own ? <Navigate to={own} replace /> : <ForbiddenPage />;
  }
  return (
    <AccessProvider>
      <Shell area={area} viewer={viewer}>
        <Suspense fallback={<PageSkeleton />}>
          <Outlet />
        </Suspense>
      </Shell>
    </AccessProvider>
  );
}
