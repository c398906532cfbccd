const ANSWER_MS = 5000;

/**
 * Ends a socket whose other end does not answer. A network that goes away closes nothing: without
 * this the page would say "live" for minutes after a laptop has slept.
 */
export class Heartbeat {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly end: () => void) {}

  /** A ping has left. */
  asked(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.end();
    }, ANSWER_MS);
  }

  /** Its pong is there, or the socket is gone. */
  over(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
