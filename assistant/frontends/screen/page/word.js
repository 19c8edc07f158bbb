// Where the word left or right stands: in the picture, beside its limb, over nothing that has to be seen.

import { middle } from "./hull.js";
import { covers } from "./person.js";

const STEP = 32; // units from one place that is tried to the next
const GAP = 8; // units that it keeps from what it must not touch
const HINDERS = { face: 12, limb: 4, trunk: 2, arrow: 5, glow: 4 };
const WRONG_SIDE = 3; // how much worse a unit toward the other side of the body is than one away from the mark
const WRONG_LIMB = 8; // and one by which the same limb of the other side is nearer
const LIMBS = [
  ["groin", "knee", "ankle", "heel", "ball", "toes"],
  ["shoulder", "elbow", "wrist", "thumb", "knuckles", "fingers"],
  ["hip", "waist", "chest"],
];

/** The middle of a word of this width and height, in a box {left, top, width, height}.
 *
 * `bodies` are the body from its start to its stretch, `line` the arrow's points, `mark` the joint it belongs to.
 * It is the same all the way: who looks from far finds it where it was.
 */
export function placeOfWord({ width, height, box, bodies, line, mark }) {
  const stretch = bodies[bodies.length - 1];
  const hindrances = bodies.flatMap((body) => [...covers(body), ...body.more.map((p) => ({ x: p.x, y: p.y, r: 26, kind: "glow" }))]);
  hindrances.push(...line.map((p) => ({ x: p.x, y: p.y, r: 14, kind: "arrow" })));
  const side = sideOf(stretch, mark);
  const core = { x: (stretch.left_waist.x + stretch.right_waist.x) / 2, y: (stretch.left_waist.y + stretch.right_waist.y) / 2 };
  const across = (p) => Math.max(0, -((p.x - core.x) * side.x + (p.y - core.y) * side.y));
  const wrong = (p) => (across(stretch[mark]) > 0 ? 0 : across(p)); // a limb that has crossed takes its word along
  const limbs = [limbOf(stretch, mark), limbOf(stretch, twinOf(mark))];
  const badness = (x, y) => {
    const over = hindrances.reduce((sum, one) => sum + HINDERS[one.kind] * Math.max(0, one.r + GAP - toRect(one, x, y)), 0);
    const [own, other] = limbs.map((limb) => Math.min(...limb.map((p) => toRect(p, x, y) - p.r)));
    const near = toRect(stretch[mark], x, y) + 0.3 * toRect(bodies[0][mark], x, y);
    return over + near + WRONG_SIDE * wrong({ x, y }) + WRONG_LIMB * Math.max(0, own - other);
  };
  const toRect = (p, x, y) => Math.hypot(Math.max(0, Math.abs(p.x - x) - width / 2), Math.max(0, Math.abs(p.y - y) - height / 2));
  let best = { worth: Infinity };
  for (let x = box.left + width / 2 + GAP; x <= box.left + box.width - width / 2 - GAP; x += STEP) {
    for (let y = box.top + height / 2 + GAP; y <= box.top + box.height - height / 2 - GAP; y += STEP) {
      const worth = badness(x, y);
      if (worth < best.worth) best = { x, y, worth };
    }
  }
  return best;
}

/* Discs along the limb of a joint. */
function limbOf(body, joint) {
  const [side, name] = joint.split("_");
  const line = LIMBS.find((names) => names.indexOf(name) >= 0).map((one) => body[`${side}_${one}`]);
  return line.slice(1).flatMap((p, k) => [0, 0.25, 0.5, 0.75, 1].map((share) => middle([{ ...line[k], r: 30 }], [{ ...p, r: 30 }], share)[0]));
}

/** The same joint of the other side. */
export const twinOf = (joint) => joint.replace(/^(left|right)_/, (_, side) => (side === "left" ? "right_" : "left_"));

/* Which way the marked side of the body is on the screen: a direction, or nothing where one side hides the other. */
function sideOf(body, mark) {
  const [own, other] = mark.indexOf("right_") === 0 ? ["right_", "left_"] : ["left_", "right_"];
  const sum = (key) => body[`${own}hip`][key] + body[`${own}shoulder`][key] - body[`${other}hip`][key] - body[`${other}shoulder`][key];
  const [x, y, z] = [sum("x"), sum("y"), sum("z")];
  const flat = Math.hypot(x, y);
  return flat > Math.abs(z) ? { x: x / flat, y: y / flat } : { x: 0, y: 0 };
}
