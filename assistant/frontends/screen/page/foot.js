// Three things that can be said now. Each can be touched as well.

import { byId, capital, fill, make, whenChanged } from "./dom.js";
import { flat } from "./post.js";
import { onPress } from "./touch.js";

const AS_MANY = 3;
let say = () => {};

function chip(sayable) {
  const button = make("button", "plain", `“${capital(sayable.phrase)}”`);
  onPress(button, () => say(flat(sayable)));
  return button;
}

const showChips = whenChanged((sayables) => fill(byId("sayables"), sayables.map(chip)));

/** Show the most useful of what can be said. Stop has a button of its own, and so have the answers to a question. */
export function showSayables(sayables, answers) {
  const shown = ["stop", ...answers.map((answer) => answer.intent)];
  showChips(sayables.filter((sayable) => shown.indexOf(sayable.intent) < 0).slice(0, AS_MANY));
}

/** Listen for touches; `send` takes what they say. */
export function startFoot(send) {
  say = send;
}
