// Whether things move smoothly: not for who wants little motion, nor on a machine that has no time for it.

import { facts } from "./facts.js";

const wanted = window.matchMedia("(prefers-reduced-motion: reduce)");
const STEP_MS = 500; // seconds are still counted

let isBusy = false;

/** Whether everything jumps to where it is going. */
export const isStill = () => wanted.matches || facts.moves === false || isBusy;

/** How long it is from one picture to the next, where it would be so long. */
export const frameMs = (usualMs) => (isStill() ? STEP_MS : usualMs);

/** Know from a view whether the machine has time. */
export function noteLoad(view) {
  isBusy = view !== null && view.faults.includes("machine_busy");
}
