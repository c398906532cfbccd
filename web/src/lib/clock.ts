/** Less than this may be the way of the answer, and the second that its header is rounded to. */
const TOLERATED_MS = 5000;

/** Follows the clock of the server: a laptop whose own is wrong would show wrong ages at night. */
export class Clock {
  private ahead = 0;

  /** The header of an answer that is just there. */
  heard(date: string | null, now: number): void {
    const difference = Date.parse(date ?? "") - now;
    if (!Number.isNaN(difference)) this.ahead = Math.abs(difference) > TOLERATED_MS ? difference : 0;
  }

  at(now: number): number {
    return now + this.ahead;
  }
}

export const clock = new Clock();

/** This moment as the server has it, in milliseconds. */
export function serverNow(): number {
  return clock.at(Date.now());
}
