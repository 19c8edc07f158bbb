// The line above all: what is done and which part of it, what was just heard, and whether Limber hears.

import { byId, show, whenChanged, write } from "./dom.js";
import { words } from "./words.js";

const QUIETEST_DBFS = -70;
const LOUDEST_DBFS = -15;

/** Show what is done. */
export function showWhere(view) {
  const step = view.step;
  const routine = view.routine ? view.routine.name : "Limber";
  write(byId("name"), step ? step.name : routine);
  write(byId("step"), step ? words.step(step.number, step.count) : "");
  showHeard(view.heard);
}

const showHeard = whenChanged((heard) => {
  const node = byId("heard");
  show(node, heard !== null);
  if (heard === null) return;
  node.className = `heard ${heard.certainty}`;
  write(node, words.heard[heard.certainty](heard.phrase));
  node.setAttribute("aria-label", `${words.heardLabel[heard.certainty]}: ${heard.phrase}`);
});

/** Show whether sound arrives and is heard, and how loud it is; null where nobody listens by microphone. */
export function showEars(microphone, isIdle, isDeaf) {
  const ears = byId("ears");
  show(ears, !isIdle);
  if (isIdle) return;
  const hears = microphone !== null && microphone.hears && !isDeaf;
  ears.classList.toggle("deaf", microphone !== null && !hears);
  write(byId("ears-word"), microphone === null ? words.typed : hears ? words.hears : words.deafNow);
  const level = hears ? (microphone.level_dbfs - QUIETEST_DBFS) / (LOUDEST_DBFS - QUIETEST_DBFS) : 0;
  byId("level").style.transform = `scaleX(${Math.min(1, Math.max(0, level)).toFixed(2)})`;
}

/** Say what does not do its part. */
export const showFaults = whenChanged((faults) => {
  const node = byId("faults");
  show(node, faults.length > 0);
  document.documentElement.classList.toggle("faulty", faults.length > 0);
  write(node, faults.map((fault) => words.faults[fault] || fault.replace(/_/g, " ")).join(" · "));
});
