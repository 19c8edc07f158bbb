// How large things must be. What matters has capitals of 25 arc minutes, seen from where the person lies.
//
// A page cannot know how large its screen is: it is configured, or the usual screens stand here; of those that
// share a size in pixels the smallest, for on a larger one all is only larger. Where the room is too small for what
// matters, it is as large as fits.

import { facts } from "./facts.js";
import { byId } from "./dom.js";

const ARC_MINUTES = 25;
const MM_PER_INCH = 25.4;
const SCREENS = [
  // long side, short side (pixels of the page), inches across
  [800, 480, 7],
  [1024, 600, 7],
  [1280, 720, 10.1],
  [1280, 800, 10.1],
];
const PHONE_INCHES = 6.1;
const TABLET_INCHES = 10.1;
const LARGER_INCHES = 15.6; // a laptop; a monitor or a television is larger
const RING_PER_CAPITAL = 2.05; // two digits within a ring
const MOST_NARROWED = 0.64; // a word is still easily read
const SMALL_SHARE = 0.036;
const LEAST_SMALL_PX = 17;

/** How many inches a screen of so many pixels measures across: as configured, or at least. */
function diagonalInches(width, height) {
  if (facts.diagonal_inches > 0) return facts.diagonal_inches;
  const long = Math.max(width, height);
  const short = Math.min(width, height);
  const known = SCREENS.filter((screen) => screen[0] === long && screen[1] === short)[0];
  if (known) return known[2];
  if (short < 500) return PHONE_INCHES;
  return long <= 1280 ? TABLET_INCHES : LARGER_INCHES;
}

/** The height of capitals of what matters, in pixels of the page, on a screen of so many pixels. */
function capitalPixels(width, height, distanceMetres) {
  const millimetres = distanceMetres * 1000 * 2 * Math.tan((((ARC_MINUTES / 60) * Math.PI) / 180) / 2);
  const perMillimetre = Math.hypot(width, height) / (diagonalInches(width, height) * MM_PER_INCH);
  return millimetres * perMillimetre;
}

const pen = document.createElement("canvas").getContext("2d");

/** How wide some text is, and how high its capitals are, at a font size of 1 px. */
function measured(text) {
  pen.font = `700 100px ${getComputedStyle(document.body).fontFamily}`;
  return { width: pen.measureText(text).width / 100, capital: pen.measureText("H").actualBoundingBoxAscent / 100 };
}

/** How wide some text is at a font size of 1 px. */
export const widthOf = (text) => measured(text).width;

/** How far the page is magnified by its reader; 1 where that cannot be known. */
function magnification() {
  const factor = window.outerWidth / window.innerWidth;
  return factor > 1.05 && factor < 6 && window.outerWidth >= 600 ? factor : 1;
}

/** The sizes in force: fonts `small` and `big`, the `ring`'s width, all in pixels, and the `layout`. */
export const sizes = { small: LEAST_SMALL_PX, big: 100, ring: 200, layout: "stacked" };

/** Fit all to the window. `sideWord` is the longest word for a side. */
export function fitSizes(sideWord) {
  const root = document.documentElement;
  const zoom = magnification();
  const width = window.innerWidth;
  const height = window.innerHeight;
  const share = SMALL_SHARE * zoom * Math.min(height, width * 1.2);
  sizes.small = Math.max(LEAST_SMALL_PX * zoom, Math.min(share, 48 * zoom));
  root.style.setProperty("--small", `${sizes.small}px`);
  root.classList.toggle("cramped", height < 16 * sizes.small);
  const main = byId("stage");
  const style = getComputedStyle(main);
  const room = {
    width: main.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight),
    height: main.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom),
  };
  const wanted = capitalPixels(screen.width, screen.height, facts.distance_metres);
  const { capital } = measured("H");
  const chosen = layoutFor(room, wanted, capital, widthOf(sideWord), sizes.small);
  Object.assign(sizes, chosen);
  root.dataset.layout = chosen.layout;
  root.style.setProperty("--big", `${chosen.big}px`);
  root.style.setProperty("--ring", `${chosen.ring}px`);
}

/** The roomiest layout in which the ring and a word for the side are as large as wanted. */
function layoutFor(room, wanted, capital, sideWidth, small) {
  const font = wanted / capital;
  const ringAtLeast = RING_PER_CAPITAL * wanted;
  const fitted = (layout, ring) => {
    const big = Math.min(wanted, ring / RING_PER_CAPITAL) / capital;
    return { layout, ring: Math.floor(ring), big };
  };
  if (room.width >= room.height) {
    const under = Math.min(room.height - 1.15 * font - small, room.width * 0.42);
    if (under >= ringAtLeast && sideWidth * font <= room.width * 0.48) return fitted("stacked", under);
    return fitted("flat", Math.min(room.height, room.width * 0.44, Math.max(ringAtLeast * 1.1, room.width * 0.33)));
  }
  const below = Math.min(room.width, room.height * 0.45);
  const isTall = sideWidth * font <= room.width && below >= ringAtLeast;
  return fitted(isTall ? "tall" : "narrow", isTall ? below : Math.min(room.width, room.height * 0.52));
}

/** How far digits have to be narrowed to stand within a circle, at a font size; 1 where they need not. */
export function narrowing(digits, fontPixels, circlePixels) {
  const { width, capital } = measured(digits);
  const half = (capital * fontPixels) / 2;
  const chord = 2 * Math.sqrt(Math.max(0, (circlePixels / 2) ** 2 - half ** 2));
  return Math.min(1, chord / (width * fontPixels));
}

/** The font size in pixels at which a word is so wide, and no larger than `most`. */
export const sizeForWidth = (word, width, most) => Math.min(most, width / Math.max(widthOf(word), 0.1));

/** Make a word so high, or as wide as there is room: it is narrowed before it gets smaller. Returns its width. */
export function fitWord(word, width, most) {
  const text = word.textContent || "0";
  const size = sizeForWidth(text, width / MOST_NARROWED, most);
  const narrowed = Math.min(1, width / (size * widthOf(text)));
  word.style.fontSize = `${size}px`;
  word.style.transform = `scaleX(${narrowed.toFixed(3)})`;
  return size * widthOf(text) * narrowed;
}

/** Make the text of a box as large as fits, between `least` and `most` pixels. The box keeps its size. */
export function grow(box, least, most) {
  if (!box.clientHeight || !box.clientWidth) return;
  if (document.documentElement.classList.contains("cramped")) {
    box.style.fontSize = `${Math.min(most, least * 1.3)}px`; // the page scrolls, and its boxes have no size of their own
    return;
  }
  let low = least;
  let high = Math.max(least, most);
  const fits = (size) => {
    box.style.fontSize = `${size}px`;
    return box.scrollHeight <= box.clientHeight + 1 && box.scrollWidth <= box.clientWidth + 1;
  };
  if (fits(high)) return;
  for (let turn = 0; turn < 6; turn += 1) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  box.style.fontSize = `${Math.floor(low)}px`;
}
