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

/** Show the most useful of what can be said. Stop has a button of its own. */
export const showSayables = whenChanged((sayables) => {
  const useful = sayables.filter((sayable) => sayable.intent !== "stop");
  fill(byId("sayables"), useful.slice(0, AS_MANY).map(chip));
});

/** Listen for touches; `send` takes what they say. */
export function startFoot(send) {
  say = send;
}
