// What is being spoken, and all that was said before, on touch.

import { byId, capital, make, show, write } from "./dom.js";
import { grow, sizes } from "./size.js";
import { onPress } from "./touch.js";
import { words } from "./words.js";

const MOST_KEPT = 400;
let lastPrompt = 0;
let lastHeard = 0;

/** Show the sentence, and keep what is new. */
export function showCaptions(view) {
  if (write(byId("sentence"), capital(view.sentence))) fitCaption();
  view.prompts.forEach((prompt) => {
    if (prompt.id <= lastPrompt) return;
    lastPrompt = prompt.id;
    keep(words.limber, capital(prompt.text), "limber");
  });
  const heard = view.heard;
  if (heard && heard.number > lastHeard) {
    lastHeard = heard.number;
    keep(words.you, words.heard[heard.certainty](heard.phrase), `you ${heard.certainty}`);
  }
}

function keep(who, text, className) {
  const log = byId("log");
  const lines = byId("lines");
  lines.appendChild(make("li", className, "", {}, make("span", "who", who), make("span", "", text)));
  if (lines.children.length > MOST_KEPT) lines.removeChild(lines.firstChild);
  log.scrollTop = log.scrollHeight;
}

/** A new session has its own numbers; what was said before stays to be read. */
export function newSession() {
  lastPrompt = 0;
  lastHeard = 0;
}

/** Make the sentence as large as its box allows. */
export function fitCaption() {
  grow(byId("sentence"), sizes.small * 0.7, sizes.small * 1.5);
}

function close() {
  const dialog = byId("captions");
  if (dialog.hidden) return;
  show(dialog, false);
  byId("caption").focus({ preventScroll: true });
}

/** Listen for touches of the sentence. */
export function startCaptions() {
  onPress(byId("caption"), () => {
    show(byId("captions"), true);
    byId("log").scrollTop = byId("log").scrollHeight;
    byId("captions-close").focus({ preventScroll: true });
  });
  onPress(byId("captions-close"), close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || event.key === "Esc") close();
  });
}
