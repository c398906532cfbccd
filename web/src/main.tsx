import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app/app.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom";

import { preload } from "./app/preload";
import { router } from "./app/router";
import { SessionProvider } from "./features/session/session";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

preload(location.pathname);
createRoot(root).render(
  <StrictMode>
    <SessionProvider>
      <RouterProvider router={router} />
    </SessionProvider>
  </StrictMode>,
);
