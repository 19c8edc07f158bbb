// The ring: how many seconds are left, how much of the way, and the breath. All of it from the view's times.

import { byId, write } from "./dom.js";
import { sessionNow } from "./clock.js";
import { frameMs, isStill } from "./motion.js";
import { narrowing, sizeForWidth, sizes } from "./size.js";
import { words } from "./words.js";

const AROUND = 2 * Math.PI * 94;
const WITHIN = 0.9; // of the ring's width is free inside it
const FRAME_MS = 125; // eight a second: enough for what moves so slowly, and cheap without a GPU
const SMALLEST_LUNG = 0.55;

let view = null;
let breath = { phase: "", from: 0, size: SMALLEST_LUNG };
let timer = null;
let timerMs = 0;

/** How long is still to be held, in seconds. */
function secondsLeft(hold) {
  if (hold.ends_at === null) return Math.max(0, hold.total_seconds - hold.held_seconds);
  return Math.min(hold.total_seconds, Math.max(0, hold.ends_at - sessionNow()));
}

const smooth = (part) => (1 - Math.cos(Math.PI * Math.min(1, Math.max(0, part)))) / 2;

/** How large the lung is now, from SMALLEST_LUNG to 1. It begins each phase where the last one left it. */
function lungSize(hold) {
  const goal = hold.breath.phase === "in" ? 1 : SMALLEST_LUNG;
  const key = hold.breath.phase + hold.breath.ends_at;
  if (breath.key !== key) breath = { key, since: sessionNow(), from: breath.size, size: breath.size };
  const span = Math.max(0.2, hold.breath.ends_at - breath.since);
  breath.size = breath.from + (goal - breath.from) * smooth((sessionNow() - breath.since) / span);
  return breath.size;
}

function drawArc(left, total) {
  const arc = byId("arc");
  const part = total > 0 ? left / total : 0;
  arc.style.strokeDasharray = `${(part * AROUND).toFixed(1)} ${AROUND.toFixed(1)}`;
  byId("half").classList.toggle("past", part <= 0.5);
}

function drawText(text, isNumber) {
  const seconds = byId("seconds");
  if (!write(seconds, text)) return;
  seconds.classList.toggle("number", isNumber);
  fitRing();
}

/** Make the text in the ring as large as it may be, after the ring or the text has changed. */
export function fitRing() {
  const seconds = byId("seconds");
  if (seconds.classList.contains("number")) {
    const size = Math.max(sizes.big, sizes.ring * 0.42);
    seconds.style.fontSize = `${size}px`;
    seconds.style.transform = `scaleX(${narrowing("00", size, sizes.ring * WITHIN).toFixed(3)})`;
  } else {
    seconds.style.fontSize = `${sizeForWidth(seconds.textContent || "0", sizes.ring * 0.8, sizes.big)}px`;
    seconds.style.transform = "none";
  }
}

function frame() {
  const hold = view.hold;
  if (view.state !== "holding" || !hold || sessionNow() === null) return;
  const left = secondsLeft(hold);
  drawArc(left, hold.total_seconds);
  drawText(String(Math.ceil(left - 0.001)), true);
  const paced = hold.ends_at !== null && hold.breath !== null;
  write(byId("breath"), paced ? words.breath[hold.breath.phase] : "");
  const lung = byId("lung");
  lung.classList.toggle("still", !paced || isStill());
  if (paced && !isStill()) lung.style.transform = `scale(${lungSize(hold).toFixed(3)})`;
}

/** Draw the ring of a view's step; what runs then runs by itself. */
export function showRing(newView) {
  view = newView;
  const isRunning = view.state === "holding" && view.hold && view.hold.ends_at !== null;
  if (view.state === "holding" && view.hold) {
    frame();
  } else {
    const total = view.hold ? view.hold.total_seconds : 0;
    drawArc(view.hold && view.state === "paused" ? secondsLeft(view.hold) : 0, total);
    drawText(words.ring[view.state] || "", false);
    write(byId("breath"), "");
    byId("lung").classList.add("still");
    breath = { key: "", size: SMALLEST_LUNG };
  }
  if (!isRunning || timerMs !== frameMs(FRAME_MS)) stopRing();
  if (isRunning && timer === null) {
    timerMs = frameMs(FRAME_MS);
    timer = setInterval(frame, timerMs);
  }
}

/** Nothing moves any more. */
export function stopRing() {
  clearInterval(timer);
  timer = null;
}
