// A question and its answers, large: yes and no, or numbers with faces and words.

import { byId, capital, fill, make, shape, whenChanged, write } from "./dom.js";
import { flat } from "./post.js";
import { fitWord, grow, sizes } from "./size.js";
import { onPress } from "./touch.js";
import { words } from "./words.js";

const SIGNS = { yes: "M4 13l6 6L20 6", no: "M5 5l14 14M19 5L5 19", easier: "M4 12h16M13 19l7-7-7-7" };
let say = () => {};

/** A face that smiles at 0, is level at 4 and is unhappy at 10. */
function face(number) {
  const bend = 6 - number * 1.3;
  return shape(
    "svg",
    { viewBox: "0 0 40 40", class: "face", "aria-hidden": "true" },
    shape("circle", { cx: 20, cy: 20, r: 17.5 }),
    shape("path", { d: "M14 15v3M26 15v3" }),
    shape("path", { d: `M12 ${27 - bend / 2}Q20 ${27 + bend} 28 ${27 - bend / 2}` }),
  );
}

function numberButton(number) {
  const button = make(
    "button",
    "answer number",
    "",
    { "aria-label": words.sore(number, words.faces[number]) },
    face(number),
    make("b", "", String(number)),
    make("span", "", words.faces[number]),
  );
  onPress(button, () => say({ intent: "number", number }));
  return button;
}

function wordButton(answer) {
  const sign = shape(
    "svg",
    { viewBox: "0 0 24 24", class: "sign", "aria-hidden": "true" },
    shape("path", { d: SIGNS[answer.intent] || SIGNS.easier }),
  );
  const button = make("button", "answer word", "", {}, sign, make("b", "", capital(answer.phrase)));
  onPress(button, () => say(flat(answer)));
  return button;
}

const showAnswers = whenChanged((question) => {
  const isNumber = question.kind === "number";
  const numbers = Array.from({ length: 11 }, (_, number) => number);
  const box = byId("answers");
  box.className = `answers ${isNumber ? "numbers" : "few"}`;
  byId("stage-question").classList.toggle("open", question.kind === "free");
  fill(box, isNumber ? numbers.map(numberButton) : question.answers.map(wordButton));
});

/** Show what a view asks. */
export function showQuestion(view) {
  write(byId("question-text"), view.question.text);
  showAnswers(view.question);
  fitQuestion();
}

/** Make question and answers as large as fits. */
export function fitQuestion() {
  const buttons = Array.from(byId("answers").querySelectorAll(".word"));
  const room = buttons.map(fitAnswer);
  byId("answers").classList.toggle("tight", Math.min(...room) < sizes.small * 2.8);
  grow(byId("question-text"), sizes.small, sizes.big);
}

/** A word is as high as what matters. Returns how wide the room beside it is. */
function fitAnswer(button) {
  const most = Math.min(sizes.big, button.clientHeight * 1.15);
  const width = fitWord(button.querySelector("b"), button.clientWidth * 0.93, most);
  return (button.clientWidth - width) / 2;
}

/** Listen for touches; `send` takes what they say. */
export function startQuestions(send) {
  say = send;
}
