// What can be stretched: cards of routines, the body's regions to touch. Cards come in pages, nothing scrolls.

import { byId, fill, make, shape, show, whenChanged, write } from "./dom.js";
import { drawBody } from "./body.js";
import { poseOf } from "./figure.js";
import { drawPose } from "./pose.js";
import { grow, sizes } from "./size.js";
import { onPress } from "./touch.js";
import { words } from "./words.js";

let routines = [];
let first = 0;
let say = () => {};

/** The pose of the stretch that is most a routine's own: the fewest other routines have it. */
function typicalPose(routine) {
  const count = (id) => routines.filter((one) => one.stretch_ids.indexOf(id) >= 0).length;
  const posed = routine.stretch_ids.filter((id) => poseOf(id));
  const fewest = Math.min(...posed.map(count));
  return poseOf(posed.filter((id) => count(id) === fewest)[0]);
}

function card(routine) {
  const picture = shape("svg", { class: "picture", "aria-hidden": "true" });
  const pose = typicalPose(routine);
  picture.classList.toggle("posed", Boolean(pose));
  if (pose) drawPose(picture, pose, 1, { side: "left", ghost: false });
  else drawBody(picture, routine.regions, null);
  const where = routine.positions.map((position) => words.positions[position] || position).join(", ");
  const text = [make("b", "", routine.name), make("span", "", `${words.minutes(routine.minutes)}, ${where}`)];
  const button = make("button", "card", "", {}, picture, make("span", "text", "", {}, ...text));
  onPress(button, () => say({ intent: "choose", routine: routine.id }));
  return button;
}

/** How many cards there is room for, beside each other and in rows. */
function room() {
  const box = byId("cards");
  if (document.documentElement.classList.contains("cramped")) return { columns: 1, rows: 3 };
  const columns = Math.max(1, Math.floor(box.clientWidth / (sizes.small * 13)));
  const rows = Math.max(1, Math.floor(box.clientHeight / (sizes.small * 6.4)));
  return { columns, rows };
}

function showCards() {
  const { columns, rows } = room();
  const box = byId("cards");
  const count = columns * rows;
  if (first >= routines.length) first = 0;
  box.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  box.style.gridTemplateRows = `repeat(${rows}, minmax(0, 1fr))`;
  fill(box, routines.slice(first, first + count).map(card));
  byId("more-cards").style.visibility = routines.length > count ? "" : "hidden";
  grow(byId("choosing-text"), sizes.small, sizes.small * 1.8);
}

const showRegions = whenChanged((regions) => {
  const choose = (region) => say({ intent: "choose", region });
  drawBody(byId("body-map"), [], choose);
  const buttons = regions.map((region) => {
    const button = make("button", "plain", words.regions[region]);
    onPress(button, () => choose(region));
    return button;
  });
  fill(byId("regions"), buttons);
});

const showRoutines = whenChanged(() => {
  first = 0;
  showCards();
});

/** Show what there is to choose from. */
export function showChoosing(view) {
  routines = view.question ? view.question.routines : [];
  write(byId("choosing-text"), view.question ? view.question.text : "");
  showRegions(Object.keys(words.regions));
  showRoutines(routines.map((routine) => routine.id));
}

/** Lay the cards out anew, for sizes have changed. */
export const fitChoosing = () => showCards();

/** Listen for touches; `send` takes what they say. */
export function startChoosing(send) {
  say = send;
  onPress(byId("more-cards"), () => {
    const { columns, rows } = room();
    first += columns * rows;
    showCards();
  });
  show(byId("more-cards"), true);
}
