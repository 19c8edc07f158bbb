// The code with which a phone becomes a screen too.

import { byId, write } from "./dom.js";
import { words } from "./words.js";

let timer = null;

function refresh() {
  fetch("/pairing.json")
    .then((answer) => (answer.ok ? answer.json() : null))
    .then((pairing) => {
      if (!pairing) return;
      const image = byId("pairing-code");
      if (image.dataset.code !== pairing.code) {
        image.dataset.code = pairing.code;
        image.src = `/pairing.svg?${encodeURIComponent(pairing.code)}`;
      }
      write(byId("pairing-url"), pairing.url.split("#")[0]);
      write(byId("pairing-letters"), `${pairing.code.slice(0, 4)}-${pairing.code.slice(4)}`);
      write(byId("pairing-expires"), words.expires(Math.max(1, Math.ceil(pairing.expires_in_seconds / 60))));
    }, () => {});
}

/** Show the code as long as it is looked at: it changes when it was used. */
export function showPairing() {
  refresh();
  if (timer === null) timer = setInterval(refresh, 3000);
}

/** Nobody looks at it any more. */
export function hidePairing() {
  clearInterval(timer);
  timer = null;
}
