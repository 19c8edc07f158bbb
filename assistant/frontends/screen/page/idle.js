// The clock while nobody stretches. It dims at night, and wanders a little so that nothing burns in.

import { byId, show, write } from "./dom.js";
import { facts } from "./facts.js";
import { sizeForWidth, sizes } from "./size.js";
import { words } from "./words.js";

/* The hours of the night where none are configured, in minutes of the day. */
const USUAL_NIGHT = [22 * 60, 7 * 60];
const CHECK_MS = 5000;

function tick() {
  const now = new Date();
  const language = facts.language || "en";
  write(byId("clock"), now.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hour12: false }));
  write(byId("date"), now.toLocaleDateString(language, { weekday: "long", day: "numeric", month: "long" }));
  document.documentElement.classList.toggle("night", isNight(now));
  drift(now);
}

/** Whether it is night by the clock of whoever looks on; a night that ends before it begins goes past midnight. */
function isNight(now) {
  const [begins, ends] = facts.night_minutes || USUAL_NIGHT;
  const minute = now.getHours() * 60 + now.getMinutes();
  return begins < ends ? minute >= begins && minute < ends : minute >= begins || minute < ends;
}

/** A slow round through the free room: never twice the same way within an hour. */
function drift(now) {
  const minutes = now.getTime() / 60000;
  const x = Math.sin((minutes / 17) * 2 * Math.PI);
  const y = Math.cos((minutes / 11) * 2 * Math.PI);
  const node = document.querySelector("#stage-idle .drift");
  node.style.transform = `translate(${(x * 3).toFixed(2)}vw, ${(y * 2.5).toFixed(2)}vh)`;
}

/** Show the clock, and how to begin: by voice where somebody listens. */
export function showIdle(hears) {
  tick();
  write(byId("wake-words"), hears ? words.sayWakeUp : words.touchToBegin);
  fitIdle();
}

/** Make the clock as large as fits. */
export function fitIdle() {
  const clock = byId("clock");
  const stage = byId("stage");
  const most = Math.max(sizes.big, stage.clientHeight * 0.4);
  const width = stage.clientWidth * 0.86;
  clock.style.fontSize = `${sizeForWidth("00:00", width, Math.min(most, stage.clientHeight * 0.42))}px`;
  byId("wake-words").style.fontSize = `${sizeForWidth(byId("wake-words").textContent, width, stage.clientHeight * 0.15)}px`;
}

/** Let the clock run. */
export function startIdle() {
  tick();
  setInterval(tick, CHECK_MS);
  document.querySelectorAll("[data-go=pairing]").forEach((button) => show(button, facts.has_pairing));
}
