/** What this tab remembers until it is closed; undefined where the browser refuses even to be asked. */
export function tabStorage(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}
