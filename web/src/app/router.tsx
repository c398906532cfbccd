import { type ComponentType, lazy } from "react";
import { createBrowserRouter, Navigate, type RouteObject, useSearchParams } from "react-router";

import { homeOf, landing } from "../features/session/roles";
import { useSession } from "../features/session/session";
import { Area } from "./Area";
import { areas, type AreaEntry } from "./areas";
import { Crash, NotFoundPage } from "./Lost";
import { Root } from "./Root";

const LogInPage = lazy(async () => ({ default: (await import("../features/session/LogInPage")).LogInPage }));

/** The start page of whoever comes. */
function Home() {
  const { viewer } = useSession();
  return <Navigate to={viewer ? homeOf(viewer.role) : "/login"} replace />;
}

/** A page for visitors; whoever is logged in goes where they wanted to. */
function Visitors({ Page }: { Page: ComponentType }) {
  const { viewer } = useSession();
  const [search] = useSearchParams();
  return viewer ? <Navigate to={landing(search.get("next"), viewer.role)} replace /> : <Page />;
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
      { path: "login", element: <Visitors Page={LogInPage} />, handle: { title: "Log in" } },
      ...areas.map(routesOf),
      { path: "*", element: <NotFoundPage />, handle: { title: "Not found" } },
    ],
  },
]);
