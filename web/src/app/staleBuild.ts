const KEY = "reloaded-for-new-version";

/**
 * Reloads the page when a file of the build is gone, because a deployment replaced it. False if it was
 * reloaded just now, which has not helped.
 */
export function reloadOnce(): boolean {
  if (Date.now() - Number(sessionStorage.getItem(KEY) ?? 0) < 60_000) return false;
  sessionStorage.setItem(KEY, String(Date.now()));
  location.reload();
  return true;
}
