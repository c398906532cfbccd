import { useEffect, useRef } from "react";
import { useBlocker } from "react-router";

import { ConfirmDialog } from "../components/ConfirmDialog";
import { drafts } from "../lib/drafts";

/** Asks before a page is left on which something was typed and not sent (U3). */
export function LeaveGuard() {
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => drafts.isGuarding() && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (drafts.isGuarding()) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, []);
  const leaves = useRef(false);
  if (blocker.state !== "blocked") return null;

  function leave() {
    leaves.current = true;
    blocker.proceed?.();
    return Promise.resolve();
  }

  function close() {
    if (!leaves.current) blocker.reset?.();
    leaves.current = false;
  }

  return (
    <ConfirmDialog title="Leave this page?" confirm="Leave" cancel="Stay" onConfirm={leave} onClose={close}>
      What you typed was not sent. It is kept as a draft in this tab until you come back.
    </ConfirmDialog>
  );
}
