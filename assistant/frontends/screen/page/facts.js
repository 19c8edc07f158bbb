// What the server wrote into the page when it gave it out.

const node = document.querySelector("meta[name=facts]");

export const facts = JSON.parse(node.content);
