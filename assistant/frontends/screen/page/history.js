// What was done before, as the history has it, and how to erase it.

import { byId, fill, make, show, write } from "./dom.js";
import { facts } from "./facts.js";
import { post } from "./post.js";
import { onPress } from "./touch.js";
import { words } from "./words.js";

let wanted = null;
let tell = () => {};

const dateOf = (session) =>
  new Date(session.started_at).toLocaleDateString(facts.language, { day: "numeric", month: "long", year: "numeric" });

function line(session) {
  const scores = [session.pain_before, session.pain_after].map((n) => (n === null || n === undefined ? words.notTold : n));
  const button = make("button", "plain", words.erase, { "aria-label": `${words.erase}: ${dateOf(session)}` });
  onPress(button, () => ask(words.forgetOne(dateOf(session)), { session: session.number }));
  return make(
    "li",
    "",
    "",
    {},
    make("span", "", dateOf(session)),
    make("span", "", session.title),
    make("span", "scores", `${scores[0]} → ${scores[1]}`),
    button,
  );
}

function ask(text, value) {
  wanted = value;
  write(byId("erase-text"), text);
  show(byId("erase-question"), true);
  byId("erase-no").focus();
}

function erase() {
  show(byId("erase-question"), false);
  post("/forget", wanted).then((answer) => {
    if (!answer.ok) tell(answer.said.message || words.failed);
    showHistory();
  });
}

/** Fetch it and show it. */
export function showHistory() {
  show(byId("erase-question"), false);
  fetch("/history.json")
    .then((answer) => (answer.ok ? answer.json() : { sessions: [] }))
    .then(({ sessions }) => {
      const isEmpty = sessions.length === 0;
      fill(byId("sessions"), sessions.map(line));
      show(byId("chart"), !isEmpty);
      show(byId("sessions"), !isEmpty);
      show(byId("erase-all"), !isEmpty);
      show(byId("no-history"), isEmpty);
      if (!isEmpty) byId("chart").src = `/history.svg?${sessions.length}-${sessions[0].number}`;
    }, () => tell(words.failed));
}

/** Listen for touches; `fail` tells what did not work. */
export function startHistory(fail) {
  tell = fail;
  onPress(byId("erase-all"), () => ask(words.forgetAll, { all: true }));
  byId("erase-no").addEventListener("click", () => show(byId("erase-question"), false));
  byId("erase-yes").addEventListener("click", erase);
}
