// The figure of a stretch: which pose, how far into it, and the word for its side.

import { byId, capital, show, write } from "./dom.js";
import { drawPose, readPoses } from "./pose.js";
import { drawBody } from "./body.js";
import { sessionNow } from "./clock.js";
import { frameMs, isStill } from "./motion.js";
import { sizeForWidth, sizes } from "./size.js";
import { words } from "./words.js";

const FRAME_MS = 66;
const MOVE_SECONDS = { instructing: 1.6, releasing: 4 };

let poses = new Map();
let step = null;
let told = { key: "", most: 1 };
let move = { from: 0, to: 0, since: 0, seconds: 1 };
let at = 0;
let timer = null;
let turn = { phase: "", isOther: false }; // of a movement that changes sides with each breath

/** Fetch the poses; until they are there, a standing body shows the region. */
export function loadPoses(whenThere) {
  fetch("/poses.json")
    .then((answer) => (answer.ok ? answer.json() : {}))
    .then((read) => {
      if (read.poses) poses = readPoses(read);
      whenThere();
    }, () => {});
}

export const poseOf = (id) => poses.get(id);

/** How far into the stretch the voice has led by now, from 0 to 1. */
function howFar(view) {
  if (view.state === "settling" || view.state === "holding") return 1;
  if (view.state === "paused") return at;
  if (view.state !== "instructing") return 0;
  const key = `${view.step.number} ${view.step.repetition}`;
  const waiting = view.prompts.length;
  if (told.key !== key) told = { key, most: 1 };
  told.most = Math.max(told.most, waiting);
  return told.most > 1 ? Math.min(1, (told.most - Math.max(1, waiting)) / (told.most - 1)) : 1;
}

const smooth = (part) => (1 - Math.cos(Math.PI * Math.min(1, Math.max(0, part)))) / 2;

function draw() {
  const told = step && poses.get(step.stretch_id);
  const pose = told && ((turn.isOther && told.other) || (turn.phase === "in" && told.returning) || told);
  const main = byId("figure");
  const second = byId("figure-2");
  if (!step) return;
  show(second, Boolean(pose && pose.views.length > 1));
  if (!pose) {
    drawBody(main, [step.region], null);
    return;
  }
  const how = { side: step.side, reduced: isStill(), words: words.sides };
  drawPose(main, pose, at, Object.assign({ view: 0 }, how));
  if (pose.views.length > 1) drawPose(second, pose, at, Object.assign({ view: 1 }, how));
}

function frame() {
  const part = (performance.now() / 1000 - move.since) / move.seconds;
  at = move.from + (move.to - move.from) * smooth(part);
  draw();
  if (part >= 1) {
    clearInterval(timer);
    timer = null;
  }
}

function moveTo(goal, seconds) {
  if (goal === move.to) return;
  move = { from: at, to: goal, since: performance.now() / 1000, seconds };
  if (isStill()) at = goal;
  else if (timer === null) timer = setInterval(frame, frameMs(FRAME_MS));
}

/** The breath leads a movement: out into it, in and back; then perhaps to the other side. */
function withBreath(view) {
  const breath = view.hold && view.hold.breath;
  if (!breath) return false;
  const turns = breath.phase === "out" && turn.phase === "in";
  turn = { phase: breath.phase, isOther: turns ? !turn.isOther : turn.isOther };
  moveTo(breath.phase === "out" ? 1 : 0, Math.max(0.5, breath.ends_at - sessionNow()));
  return true;
}

/** Show the step of a view, as far as the voice has led. */
export function showFigure(view) {
  const before = step;
  step = view.step;
  const isNew = !before || before.stretch_id !== step.stretch_id || before.side !== step.side;
  if (isNew) {
    at = 0;
    turn = { phase: "", isOther: false };
    move = { from: 0, to: 0, since: 0, seconds: 1 };
    byId("figure").setAttribute("aria-label", `${step.name} ${step.side_word}`.trim());
    byId("figure-2").setAttribute("aria-label", `${step.name}, from another side`);
  }
  const isMovement = step.kind === "movement" && view.state === "holding" && withBreath(view);
  if (!isMovement) moveTo(howFar(view), MOVE_SECONDS[view.state] || 1);
  if (isNew || timer === null) draw();
  showSide();
}

/** Draw it again, for poses have come or sizes have changed. */
export function fitFigure() {
  if (!step) return;
  draw();
  showSide();
}

/** The side as a word; where that has no room, its first letter as large, and the word under it. */
function showSide() {
  const node = byId("side");
  const word = capital(step.side_word);
  show(node, word !== "");
  const key = `${word} ${sizes.layout} ${sizes.big}`;
  if (node.dataset.key === key) return;
  node.dataset.key = key;
  node.textContent = "";
  const isWhole = sizes.layout === "stacked" || sizes.layout === "tall";
  const large = document.createElement("span");
  large.className = "large";
  write(large, isWhole ? word : word.slice(0, 1));
  node.appendChild(large);
  if (isWhole || !word) return;
  large.setAttribute("aria-hidden", "true");
  const small = document.createElement("span");
  small.className = "whole";
  write(small, word);
  small.style.fontSize = `${sizeForWidth(word, sizes.big * 0.78, sizes.big * 0.3)}px`;
  node.appendChild(small);
}

