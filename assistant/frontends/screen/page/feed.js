// Hears what the server tells: views and beats. Tells when it is lost, and finds it again alone.

const LOST_AFTER_MS = 1800; // a beat comes every 250 ms; with the check below it is noticed within 2 s
const CHECK_MS = 150;
const LATE_MS = 600; // a check that comes so late was held up
const RETRY_MS = 1000;
const ASK_MS = 5000; // when it was turned away

/** Listen for ever. `on` has view(data), beat(data), lost() and found(). */
export function listen(on) {
  let source = null;
  let heardAt = performance.now();
  let isLost = false;
  let retryAt = null;
  let checkedAt = heardAt;

  function arrived(act) {
    return (event) => {
      heardAt = performance.now();
      if (isLost) {
        isLost = false;
        on.found();
      }
      act(JSON.parse(event.data));
    };
  }

  function open() {
    retryAt = null;
    if (source) source.close();
    source = new EventSource("/events");
    source.addEventListener("view", arrived(on.view));
    source.addEventListener("beat", arrived(on.beat));
    source.onerror = () => {
      if (retryAt === null) retryAt = performance.now() + (source.readyState === 2 ? ASK_MS : RETRY_MS);
      if (source.readyState === 2) askWhy();
    };
  }

  function check() {
    const now = performance.now();
    // While the page itself stood still, beats have come that are not told yet.
    heardAt = Math.min(now, heardAt + Math.max(0, now - checkedAt - LATE_MS));
    checkedAt = now;
    if (!isLost && now - heardAt > LOST_AFTER_MS) {
      isLost = true;
      on.lost();
    }
    if (isLost && retryAt === null) retryAt = now + RETRY_MS;
    if (retryAt !== null && now >= retryAt) {
      retryAt = null;
      if (now - heardAt > RETRY_MS) open();
    }
  }

  open();
  setInterval(check, CHECK_MS);
}

/** A page that is not paired any more is given the page to pair with, and an old one the new one. */
function askWhy() {
  const stop = typeof AbortController === "function" ? new AbortController() : null;
  fetch("/events", { signal: stop && stop.signal }).then(
    (answer) => {
      if (answer.status === 401 || answer.status === 403) location.replace("/");
      else if (stop) stop.abort();
    },
    () => {},
  );
}
