/** Whether somebody may be looking: a hidden page asks for nothing and draws nothing. */
export function isSeen(): boolean {
  return !document.hidden;
}

/** Hears that the page is looked at again, or that the network is back: a laptop wakes up so. */
export function onReturn(listener: () => void): () => void {
  const seen = () => isSeen() && listener();
  document.addEventListener("visibilitychange", seen);
  window.addEventListener("online", listener);
  return () => {
    document.removeEventListener("visibilitychange", seen);
    window.removeEventListener("online", listener);
  };
}

/** Calls every so often while the page is seen, and at once when it is seen again. */
export function everySeen(milliseconds: number, listener: () => void): () => void {
  const timer = setInterval(() => isSeen() && listener(), milliseconds);
  const leave = onReturn(listener);
  return () => {
    clearInterval(timer);
    leave();
  };
}
