// Sends what somebody did here. It says whether that arrived; a stop is sent again until it did.

import { facts } from "./facts.js";

const AGAIN_MS = 300;
const PATIENCE_MS = 1500;

/** Post a value. The answer is `{ok, status, said}`; status 0 means that nothing answered in time. */
export function post(path, value) {
  const stop = typeof AbortController === "function" ? new AbortController() : null;
  const patience = stop && setTimeout(() => stop.abort(), PATIENCE_MS);
  return fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Limber-Token": facts.token },
    body: JSON.stringify(value),
    keepalive: true,
    signal: stop ? stop.signal : undefined,
  })
    .then((answer) =>
      answer.json().then(
        (said) => ({ ok: answer.ok, status: answer.status, said }),
        () => ({ ok: answer.ok, status: answer.status, said: {} }),
      ),
    )
    .catch(() => ({ ok: false, status: 0, said: {} }))
    .then((answer) => {
      clearTimeout(patience);
      return answer;
    });
}

/** What can be said, as the server takes it: its slots beside its intent. */
export function flat(sayable) {
  const sent = { intent: sayable.intent, phrase: sayable.phrase };
  const slots = sayable.slots || {};
  for (const name of Object.keys(slots)) if (slots[name] !== null) sent[name] = slots[name];
  return sent;
}

/** Say stop, again and again until it arrived. `tell(failed)` is called after each try. */
export function stopSurely(tell) {
  let isWanted = true;
  const attempt = () => {
    if (!isWanted) return;
    post("/say", { intent: "stop" }).then((answer) => {
      // 409: no session runs, so nothing is left to stop. 403: this page is old; a new one may stop.
      const isDone = answer.ok || answer.status === 409;
      tell(!isDone && isWanted);
      if (!isDone) setTimeout(attempt, AGAIN_MS);
    });
  };
  attempt();
  return () => {
    isWanted = false;
  };
}
