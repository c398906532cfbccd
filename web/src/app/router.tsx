import { createBrowserRouter, Navigate, type RouteObject } from "react-router";

import { homeOf } from "../features/session/roles";
import { useSession } from "../features/session/session";
import { useLostContact } from "../lib/connection";
import { Area } from "./Area";
import { areas, type AreaEntry } from "./areas";
import type { LazyRoute } from "./lazyRoute";
import { Crash, NotFoundPage } from "./ErrorPages";
import { PageSkeleton } from "./PageSkeleton";
import { publicRoutes } from "./public";
import { Root } from "./Root";

/** The start page of the viewer. */
function Home() {
  const { viewer } = useSession();
  return <Navigate to={viewer ? homeOf(viewer.role) : "/login"} replace />;
}

/** Shows an error when the code of a page cannot be fetched, instead of the previous page. */
function Loaded({ Page }: { Page: LazyRoute }) {
  const isLost = useLostContact();
  return isLost && !Page.isLoaded() ? <PageSkeleton /> : <Page />;
}

function routesOf(area: AreaEntry): RouteObject {
  return {
    element: <Area area={area} />,
    handle: { brand: area.brand },
    children: area.pages.map(({ path, title, Page }) => ({ path, element: <Loaded Page={Page} />, handle: { title } })),
  };
}

export const router = createBrowserRouter([
  {
    element: <Root />,
    errorElement: <Crash />,
    children: [
      { index: true, element: <Home /> },
      ...publicRoutes,
      ...areas.map(routesOf),
      { path: "*", element: <NotFoundPage />, handle: { title: "Not found" } },
    ],
  },
]);
