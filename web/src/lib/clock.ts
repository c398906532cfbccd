/** Smaller offsets may be latency, and the rounding of the header to a second. */
const TOLERATED_MS = 5000;

/** Follows the clock of the server: with a wrong local clock, ages would be wrong. */
export class Clock {
  private ahead = 0;

  /** Record the `Date` header of a response that has just arrived. */
  heard(date: string | null, now: number): void {
    const difference = Date.parse(date ?? "") - now;
    if (!Number.isNaN(difference)) this.ahead = Math.abs(difference) > TOLERATED_MS ? difference : 0;
  }

  at(now: number): number {
    return now + this.ahead;
  }
}

export const clock = new Clock();

/** The current time of the server, in milliseconds. */
export function serverNow(): number {
  return clock.at(Date.now());
}
