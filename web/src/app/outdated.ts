const KEY = "reloaded-for-new-version";

/**
 * A part of the page that is gone was replaced by a deployment: load the new page. False where that was
 * just done, and has not helped.
 */
export function reloadOnce(): boolean {
  if (Date.now() - Number(sessionStorage.getItem(KEY) ?? 0) < 60_000) return false;
  sessionStorage.setItem(KEY, String(Date.now()));
  location.reload();
  return true;
}
