// The session's clock, as far as the last message told it. It runs on by itself between two messages.

let offset = null;

/** The session's clock showed `now` seconds just now; null without a session. */
export function setClock(now) {
  if (now === null) {
    offset = null;
    return;
  }
  const measured = now - performance.now() / 1000;
  // A message can only be late: what puts the clock ahead is right, and a lag is taken over slowly.
  if (offset === null || measured > offset || offset - measured > 0.5) offset = measured;
  else offset += (measured - offset) * 0.1;
}

/** What the session's clock shows, in seconds; null without a session. */
export const sessionNow = () => (offset === null ? null : offset + performance.now() / 1000);
