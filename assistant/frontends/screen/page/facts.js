// What the server wrote into the page when it gave it out.

/** The facts; a server that was begun anew has another token, which `renewFacts` fetches. */
export const facts = JSON.parse(document.querySelector("meta[name=facts]").content);

const SIGNS = { "&quot;": '"', "&#x27;": "'", "&lt;": "<", "&gt;": ">", "&amp;": "&" };

/** Fetch the facts of the page as it is now. */
export function renewFacts() {
  return fetch("/")
    .then((answer) => (answer.ok ? answer.text() : ""))
    .then((page) => {
      const found = /name="facts" content="([^"]*)"/.exec(page);
      if (!found) return;
      const written = found[1].replace(/&(quot|#x27|lt|gt|amp);/g, (sign) => SIGNS[sign]);
      Object.assign(facts, JSON.parse(written));
    });
}
