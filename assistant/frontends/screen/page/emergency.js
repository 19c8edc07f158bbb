// The advice after a red flag. It stays, whatever comes next, until somebody takes it away.

import { byId, fill, make, show, write } from "./dom.js";
import { facts } from "./facts.js";
import { grow, sizeForWidth, sizes } from "./size.js";
import { onPress } from "./touch.js";

const KEY = "limber.emergency"; // "shown" while the advice stands, "away" once it was taken away
const OVER = ["asleep", "closing", "finished"];
const ADVICE = "Sit down, and stay still. Call your emergency number, or ask somebody to call.";

let state = read();

function read() {
  try {
    return sessionStorage.getItem(KEY) || "";
  } catch (error) {
    return ""; // a browser that keeps nothing
  }
}

function turn(to) {
  state = to;
  try {
    sessionStorage.setItem(KEY, to);
  } catch (error) {
    // it lasts as long as the page
  }
}

/** Note what a view tells. True while the advice has to be shown. */
export function isEmergency(view) {
  const isNow = Boolean(view) && (view.state === "emergency" || view.end_reason === "emergency");
  if (isNow && state === "") turn("shown");
  else if (!isNow && view && state === "away" && OVER.indexOf(view.state) < 0) turn("");
  if (isNow && view.prompts.length) write(byId("emergency-text"), view.prompts[0].text);
  return state === "shown";
}

/** Show the number to call and the advice. */
export function showEmergency() {
  const number = byId("emergency-number");
  if (!byId("emergency-text").textContent) write(byId("emergency-text"), ADVICE);
  show(number, facts.emergency_number !== "");
  if (facts.emergency_number !== "" && !number.textContent) {
    // A phone can call; the screen on the wall cannot.
    if (facts.is_room_screen) write(number, facts.emergency_number);
    else fill(number, [make("a", "", facts.emergency_number, { href: `tel:${facts.emergency_number}` })]);
  }
  fitEmergency();
}

/** Make number and advice as large as fits. */
export function fitEmergency() {
  const number = byId("emergency-number");
  const most = Math.min(sizes.big * 1.3, byId("stage").clientHeight * 0.65);
  number.style.fontSize = `${sizeForWidth(number.textContent || "112", number.clientWidth * 0.98, most)}px`;
  grow(byId("emergency-text"), sizes.small, sizes.big);
}

/** Listen for somebody who takes it away; then `act`. */
export function startEmergency(act) {
  onPress(byId("take-away"), () => {
    turn("away");
    act();
  });
}
