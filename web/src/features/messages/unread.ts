/** The server counts no further: 100 stands for more than 99. */
export function shownCount(count: number): string {
  return count > 99 ? "99+" : String(count);
}
