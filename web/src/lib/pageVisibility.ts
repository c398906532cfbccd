/** Whether the page is visible: a hidden one sends no requests and does not render. */
export function isPageVisible(): boolean {
  return !document.hidden;
}

/** Calls `listener` when the page becomes visible or the network is back, as when a laptop wakes up. */
export function onPageReturn(listener: () => void): () => void {
  const seen = () => isPageVisible() && listener();
  document.addEventListener("visibilitychange", seen);
  window.addEventListener("online", listener);
  return () => {
    document.removeEventListener("visibilitychange", seen);
    window.removeEventListener("online", listener);
  };
}

/** Calls `listener` at an interval while the page is visible, and at once when it becomes visible. */
export function pollWhileVisible(milliseconds: number, listener: () => void): () => void {
  const timer = setInterval(() => isPageVisible() && listener(), milliseconds);
  const leave = onPageReturn(listener);
  return () => {
    clearInterval(timer);
    leave();
  };
}
