// The advice after a red flag. It stays, whatever comes next, until somebody takes it away.

import { byId, fill, make, write } from "./dom.js";
import { facts } from "./facts.js";
import { fitWord, grow, sizes } from "./size.js";
import { onPress } from "./touch.js";
import { words } from "./words.js";

const KEY = "limber.emergency"; // "shown" while the advice stands, "away" once it was taken away
const OVER = ["asleep", "closing", "finished"];

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

/** Show the number to call and the advice. Where no number is configured, the advice says what to call. */
export function showEmergency() {
  const number = byId("emergency-number");
  if (!byId("emergency-text").textContent) write(byId("emergency-text"), words.advice);
  const called = facts.emergency_number;
  // A phone can call; the screen on the wall cannot.
  if (called === "" || facts.is_room_screen) write(number, called || words.getHelp);
  else if (number.textContent !== called) fill(number, [make("a", "", called, { href: `tel:${called}` })]);
  fitEmergency();
}

/** Make number and advice as large as fits. */
export function fitEmergency() {
  const number = byId("emergency-number");
  const most = Math.min(sizes.big * 1.3, byId("stage").clientHeight * 0.65);
  fitWord(number, number.clientWidth * 0.98, most);
  grow(byId("emergency-text"), sizes.small, sizes.big);
}

/** Listen for somebody who takes it away; then `act`. */
export function startEmergency(act) {
  onPress(byId("take-away"), () => {
    turn("away");
    act();
  });
}
