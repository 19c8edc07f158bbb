// Makes and changes elements. Text only ever goes in as text.

export const byId = (id) => document.getElementById(id);

/** A new element with a class, some text, attributes and children. */
export function make(tag, className, text, attributes, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  for (const name of Object.keys(attributes || {})) node.setAttribute(name, attributes[name]);
  children.forEach((child) => node.appendChild(child));
  return node;
}

/** A new SVG element. */
export function shape(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const name of Object.keys(attributes || {})) node.setAttribute(name, attributes[name]);
  children.forEach((child) => node.appendChild(child));
  return node;
}

/** Change the text, if it is another one. True if it was. */
export function write(node, text) {
  if (node.textContent === text) return false;
  node.textContent = text;
  return true;
}

/** Show or hide, if that is another state. */
export function show(node, isShown) {
  if (node.hidden === isShown) node.hidden = !isShown;
}

/** Put these children in place of all others. */
export function fill(node, children) {
  while (node.firstChild) node.removeChild(node.firstChild);
  children.forEach((child) => node.appendChild(child));
}

/** Do something again only when what it depends on is another. */
export function whenChanged(act) {
  let before;
  return (value, ...others) => {
    const now = JSON.stringify(value);
    if (now === before) return;
    before = now;
    act(value, ...others);
  };
}

/** The first letter large. */
export const capital = (text) => (text ? text[0].toUpperCase() + text.slice(1) : "");
