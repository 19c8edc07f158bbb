// Sends what somebody did here. It says whether that arrived; a stop is sent again until it did.

import { facts, renewFacts } from "./facts.js";

const AGAIN_MS = 300;
const PATIENCE_MS = 1500;
const OTHER_TOKEN = 403; // the server was begun anew

/** Post a value. The answer is `{ok, status, said}`; status 0 means that nothing answered in time. */
export function post(path, value) {
  return attempt(path, value).then((answer) => {
    if (answer.status !== OTHER_TOKEN) return answer;
    return renewFacts().then(
      () => attempt(path, value),
      () => answer,
    );
  });
}

function attempt(path, value) {
  const stop = typeof AbortController === "function" ? new AbortController() : null;
  const patience = stop && setTimeout(() => stop.abort(), PATIENCE_MS);
  const headers = { "Content-Type": "application/json", "X-Limber-Token": facts.token };
  return fetch(path, { method: "POST", headers, body: JSON.stringify(value), signal: stop ? stop.signal : undefined })
    .then(read, () => ({ ok: false, status: 0, said: {} }))
    .then((answer) => {
      clearTimeout(patience);
      return answer;
    });
}

function read(answer) {
  const told = (said) => ({ ok: answer.ok, status: answer.status, said });
  return answer.json().then(told, () => told({}));
}

/** What can be said, as the server takes it: its slots beside its intent. */
export function flat(sayable) {
  const sent = { intent: sayable.intent, phrase: sayable.phrase };
  const slots = sayable.slots || {};
  for (const name of Object.keys(slots)) if (slots[name] !== null) sent[name] = slots[name];
  return sent;
}

/** Say stop, again and again until it arrived. `tell(hasFailed)` is called after each try. Returns what ends it. */
export function stopSurely(tell) {
  let isWanted = true;
  const again = () => {
    if (!isWanted) return;
    post("/say", { intent: "stop" }).then((answer) => {
      if (!isWanted) return;
      const isDone = answer.ok || answer.status === 409; // without a session nothing is left to stop
      tell(!isDone);
      if (!isDone) setTimeout(again, AGAIN_MS);
    });
  };
  again();
  return () => {
    isWanted = false;
  };
}
