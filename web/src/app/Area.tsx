import { Suspense } from "react";
import { Navigate, Outlet, useLocation } from "react-router";

import { AccessProvider } from "../features/access/access";
import { setupOf } from "../features/session/roles";
import { useSession } from "../features/session/session";
import type { AreaEntry } from "./areas";
import { ForbiddenPage } from "./ErrorPages";
import { PageSkeleton } from "./PageSkeleton";
import { Shell } from "./Shell";

/** Shows the pages of an area to viewers who may see them; others get the log-in page or an error page. */
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
