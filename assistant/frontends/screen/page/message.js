// One thing at a time: a word, and a sentence under it. And the way to another posture.

import { byId, fill, make, whenChanged, write } from "./dom.js";
import { grow, sizeForWidth, sizes } from "./size.js";
import { words } from "./words.js";

/** Show a word and a text. */
export function showMessage(word, text) {
  write(byId("message-word"), word);
  byId("stage-message").classList.toggle("bare", text === "");
  write(byId("message-text"), text);
  fitMessage("message-word", "message-text");
}

/** Make a word and the text under it as large as fits. */
export function fitMessage(wordId, textId) {
  const word = byId(wordId);
  const isAlone = byId(textId).textContent === "";
  const most = isAlone ? sizes.big : Math.min(sizes.big * 0.7, byId("stage").clientHeight * 0.3);
  word.style.fontSize = `${sizeForWidth(word.textContent || "0", word.clientWidth * 0.98, most)}px`;
  grow(byId(textId), sizes.small, sizes.big * 0.6);
}

const showSentences = whenChanged((text) => {
  const sentences = text.match(/[^.!?]+[.!?]+["”]?\s*|[^.!?]+$/g) || [];
  fill(byId("transfer-text"), sentences.map((sentence) => make("span", "", sentence)));
});

/** Show how to get there; the sentence that sounds is lit. */
export function showTransfer(view) {
  const transfer = view.transfer;
  write(byId("name"), words.onTheWay(transfer.stretch));
  write(byId("step"), words.toGo(transfer.left));
  write(byId("to-go"), words.messages.transferring);
  showSentences(transfer.text);
  Array.from(byId("transfer-text").children).forEach((node) => {
    node.classList.toggle("now", view.sentence !== "" && node.textContent.trim() === view.sentence.trim());
  });
  fitMessage("to-go", "transfer-text");
}
