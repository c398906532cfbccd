import { createBrowserRouter, Navigate, type RouteObject } from "react-router";

import { homeOf } from "../features/session/roles";
import { useSession } from "../features/session/session";
import { Area } from "./Area";
import { areas, type AreaEntry } from "./areas";
import { Crash, NotFoundPage } from "./Lost";
import { publicRoutes } from "./public";
import { Root } from "./Root";

/** The start page of whoever comes. */
function Home() {
  const { viewer } = useSession();
  return <Navigate to={viewer ? homeOf(viewer.role) : "/login"} replace />;
}

function routesOf(area: AreaEntry): RouteObject {
  return {
    element: <Area area={area} />,
    handle: { brand: area.brand },
    children: area.pages.map(({ path, title, Page }) => ({ path, element: <Page />, handle: { title } })),
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
