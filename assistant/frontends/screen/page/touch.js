// Stop: any touch of the large area, Space, Escape, the big button. It acts when the finger comes down.
// Other buttons act then too. A keyboard presses them with Enter, for Space always stops.

import { byId, show } from "./dom.js";
import { stopSurely } from "./post.js";

const OTHERS = "button, a, input, [data-no-stop]";
const SHOWN_MS = 1500;

let canStop = () => false;
let giveUp = null;
let hideAt = null;

function stop() {
  const note = byId("stop-note");
  const failed = byId("stop-failed");
  if (giveUp) giveUp();
  show(note, true);
  show(failed, false);
  clearTimeout(hideAt);
  giveUp = stopSurely((hasFailed) => {
    show(failed, hasFailed);
    show(note, !hasFailed);
    clearTimeout(hideAt);
    hideAt = setTimeout(() => {
      show(note, false);
      if (!hasFailed) show(failed, false);
    }, SHOWN_MS);
  });
}

function isStop(target) {
  const on = target.closest ? target.closest(OTHERS) : null;
  return on === null || on.id === "stop";
}

/** Listen for stop wherever `isAllowed()` says that there is something to stop. */
export function watchForStop(isAllowed) {
  canStop = isAllowed;
  document.addEventListener("pointerdown", (event) => {
    if (event.isPrimary === false && event.pointerType === "mouse") return;
    if (isStop(event.target) && canStop()) stop();
  });
  document.addEventListener("keydown", (event) => {
    const isKey = event.key === " " || event.key === "Spacebar" || event.key === "Escape" || event.key === "Esc";
    if (!isKey || event.repeat || !canStop()) return;
    if (event.key === " " || event.key === "Spacebar") event.preventDefault();
    stop();
  });
  document.addEventListener("keyup", (event) => {
    if (event.key === " " && canStop()) event.preventDefault(); // or it presses the button that has the focus
  });
  // What helps people to see or reach makes a click without a pointer.
  byId("stop").addEventListener("click", (event) => {
    if (event.detail === 0 && canStop()) stop();
  });
}

/** Act once when a finger comes down on a button, or when it is pressed in any other way. */
export function onPress(button, act) {
  let pressedAt = -1e9;
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || button.disabled) return;
    pressedAt = performance.now();
    act(event);
  });
  button.addEventListener("click", (event) => {
    if (performance.now() - pressedAt > 1000) act(event);
    pressedAt = -1e9;
  });
}
