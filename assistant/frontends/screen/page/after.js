// How it was: before and after, minutes, and what hurt.

import { byId, write } from "./dom.js";
import { grow, sizeForWidth, sizes } from "./size.js";
import { onPress } from "./touch.js";
import { words } from "./words.js";

const names = new Map();

/** Remember how a stretch is called, for what hurt is told by id. */
export function noteStep(step) {
  if (step) names.set(step.stretch_id, step.name);
}

const nameOf = (id) => names.get(id) || id.replace(/-/g, " ");
const score = (value) => (value === null ? words.notTold : String(value));

/** Show the end of a session. */
export function showAfter(view) {
  const health = view.health;
  write(byId("after-word"), words.afterwards);
  write(byId("before-label"), words.before);
  write(byId("after-label"), words.after);
  write(byId("score-before"), score(health ? health.score_before : null));
  write(byId("score-after"), score(health ? health.score_after : null));
  write(byId("after-minutes"), view.routine ? `${view.routine.name}, ${words.minutes(view.routine.minutes)}` : "");
  const hurt = health ? health.hurt.map(nameOf) : [];
  write(byId("after-hurt"), hurt.length ? words.hurt(hurt) : words.nothingHurt);
  fitAfter();
}

/** Make it as large as fits. */
export function fitAfter() {
  const word = byId("after-word");
  word.style.fontSize = `${sizeForWidth(word.textContent || "0", word.clientWidth * 0.95, Math.min(sizes.big * 0.7, byId("stage").clientHeight * 0.18))}px`;
  ["score-before", "score-after"].forEach((id) => {
    const box = byId(id).parentNode;
    const most = Math.min(sizes.big, box.clientHeight * 0.62);
    byId(id).style.fontSize = `${sizeForWidth(byId(id).textContent || "0", box.clientWidth * 0.9, most)}px`;
  });
  grow(byId("after-hurt"), sizes.small, sizes.small * 1.6);
}

/** Listen for somebody who has seen it; then `act`. */
export function startAfter(act) {
  onPress(byId("after-close"), act);
}
