// Puts the page together: what the server tells goes to the parts that show it.

import { fitAfter, noteStep, showAfter, startAfter } from "./after.js";
import { fitCaption, newSession, showCaptions, startCaptions } from "./captions.js";
import { fitChoosing, showChoosing, startChoosing } from "./choosing.js";
import { setClock } from "./clock.js";
import { byId, show, write } from "./dom.js";
import { fitEmergency, isEmergency, showEmergency, startEmergency } from "./emergency.js";
import { facts } from "./facts.js";
import { listen } from "./feed.js";
import { fitFigure, loadPoses, showFigure } from "./figure.js";
import { showSayables, startFoot } from "./foot.js";
import { showEars, showFaults, showWhere } from "./head.js";
import { showHistory, startHistory } from "./history.js";
import { fitRing, showRing, stopRing } from "./hold.js";
import { fitIdle, showIdle, startIdle } from "./idle.js";
import { fitMessage, showMessage, showTransfer } from "./message.js";
import { noteLoad } from "./motion.js";
import { hidePairing, showPairing } from "./pairing.js";
import { post } from "./post.js";
import { fitQuestion, showQuestion, startQuestions } from "./questions.js";
import { fitSizes } from "./size.js";
import { startTheme } from "./theme.js";
import { onPress, watchForStop } from "./touch.js";
import { words } from "./words.js";

const LONGEST_SIDE = "Right";
const AFTER_MS = 180000; // how long the end of a session is shown
const IN_PAIN = ["easing", "scoring", "spreading", "deciding"];
const SHOWN_MS = 4000;

let view = null; // the last one; null without a session
let ended = null; // the session that was followed here, once it is over
let isLost = false;
let place = ""; // "history" or "pairing" while that is looked at
let stage = "";
let hears = false; // whether a microphone brings sound
let failedTimer = null;
let endedTimer = null;

const isAlive = () => view !== null && view.state !== "finished" && view.state !== "asleep";

function stageOf(shown) {
  if (isEmergency(shown)) return "emergency";
  if (isLost) return "lost";
  if (place && !isAlive()) return place;
  if (shown === null || shown.state === "asleep") return "idle";
  if (shown.state === "choosing" && shown.question) return "choosing";
  if (shown.question) return "question";
  if (shown.transfer) return "transfer";
  if (shown.state === "closing" || shown.state === "finished") return "after";
  const isStretch = shown.step && words.ring[shown.state];
  return isStretch || shown.state === "holding" ? "stretch" : "message";
}

function showStage(shown) {
  noteLoad(shown);
  if (stage === "stretch") {
    showRing(shown); // first: whatever there is to draw, the seconds are right
    showFigure(shown);
  } else stopRing();
  if (stage === "choosing") showChoosing(shown);
  if (stage === "question") showQuestion(shown);
  if (stage === "transfer") showTransfer(shown);
  if (stage === "after") showAfter(shown);
  if (stage === "idle") showIdle(hears);
  if (stage === "emergency") showEmergency();
  if (stage === "lost") fitMessage("lost-word", "lost-text");
  if (stage === "message") showMessage(words.messages[shown.state] || "", shown.prompts.map((p) => p.text).join(" "));
}

function render() {
  const shown = view || ended;
  const next = stageOf(shown);
  const root = document.documentElement;
  if (next !== stage) {
    if (stage === "history") show(byId("erase-question"), false);
    if (stage === "pairing") hidePairing();
    if (stage) show(byId(`stage-${stage}`), false);
    stage = next;
    show(byId(`stage-${stage}`), true);
    root.dataset.stage = stage;
    if (stage === "history") showHistory();
    if (stage === "pairing") showPairing();
  }
  root.dataset.at = shown ? shown.at : ""; // which view is shown, for whoever looks on
  root.classList.toggle("pain", shown !== null && IN_PAIN.indexOf(shown.state) >= 0);
  showFoot(isAlive());
  if (view && stage !== "idle" && stage !== "lost") showAround();
  else showBare();
  showStage(shown);
}

/** The foot takes room from the stage, so that all has other sizes. */
function showFoot(isShown) {
  const foot = byId("foot");
  if (foot.hidden !== isShown) return;
  show(foot, isShown);
  fitSizes(LONGEST_SIDE);
  fitRing();
}

/** What stands around each stage of a session. */
function showAround() {
  showWhere(view);
  showCaptions(view);
  showSayables(view.can_say, view.question ? view.question.answers : []);
  showFaults(view.faults);
}

function showBare() {
  write(byId("name"), "Limber");
  write(byId("step"), "");
  show(byId("heard"), false);
  showFaults([]);
}

function refit() {
  fitSizes(LONGEST_SIDE);
  fitRing();
  fitFigure();
  fitCaption();
  if (stage === "choosing") fitChoosing();
  if (stage === "question") fitQuestion();
  if (stage === "after") fitAfter();
  if (stage === "idle") fitIdle();
  if (stage === "emergency") fitEmergency();
  if (stage === "message") fitMessage("message-word", "message-text");
  if (stage === "transfer") fitMessage("to-go", "transfer-text");
  if (stage === "lost") fitMessage("lost-word", "lost-text");
}

function onView(told) {
  setClock(told.now);
  if (told.idle) {
    const wasFollowed = view !== null && view.state !== "asleep";
    if (told.last) isEmergency(told.last);
    if (wasFollowed) keepEnd(told.last || view);
    view = null;
    newSession();
  } else {
    if (view === null) ended = null;
    view = told;
    noteStep(view.step);
  }
  render();
}

function keepEnd(last) {
  ended = last;
  clearTimeout(endedTimer);
  endedTimer = setTimeout(forgetEnd, AFTER_MS);
}

function forgetEnd() {
  ended = null;
  render();
}

function onBeat(beat) {
  setClock(beat.now);
  showEars(beat.microphone, beat.idle, view !== null && view.faults.some((fault) => facts.deafening.indexOf(fault) >= 0));
  const hearsNow = beat.microphone !== null && beat.microphone.hears;
  if (hearsNow === hears) return;
  hears = hearsNow;
  if (stage === "idle") showIdle(hears);
}

function tellFailure(text) {
  const node = byId("say-failed");
  write(node, text);
  show(node, true);
  clearTimeout(failedTimer);
  failedTimer = setTimeout(() => show(node, false), SHOWN_MS);
}

function send(path, value) {
  post(path, value).then((answer) => {
    if (!answer.ok) tellFailure(answer.said.message || words.failed);
  });
}

const say = (what) => send("/say", what);

function go(to) {
  place = to;
  ended = null;
  render();
}

function start() {
  startTheme();
  startIdle();
  startCaptions();
  startFoot(say);
  startChoosing(say);
  startQuestions(say);
  startEmergency(render);
  startAfter(forgetEnd);
  startHistory(tellFailure);
  watchForStop(isAlive);
  onPress(byId("wake"), () => (view ? say({ intent: "start" }) : send("/begin", {})));
  document.querySelectorAll("[data-go]").forEach((button) => {
    button.addEventListener("click", () => go(button.dataset.go));
  });
  render();
  refit();
  window.addEventListener("resize", refit);
  loadPoses(() => {
    fitFigure();
    if (stage === "choosing") fitChoosing();
  });
  const lost = (is) => () => {
    isLost = is;
    if (isLost) showEars(null, true, false);
    render();
  };
  listen({ view: onView, beat: onBeat, lost: lost(true), found: lost(false) });
}

start();
