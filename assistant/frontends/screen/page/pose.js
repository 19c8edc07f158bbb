/* The figure that shows how to lie, sit or stand, drawn as SVG from the joints that the server computed.
 *
 * Contract with the page
 *   const poses = readPoses(await (await fetch("/poses.json")).json());   // Map: id of a stretch → pose
 *   drawPose(svg, pose, t, {side, view, reduced, words, ghost});
 *     svg      an <svg> element that belongs to the figure; its children are kept and changed, not made anew
 *     pose     poses.get(id); undefined where there is none: leave the svg hidden then
 *     t        0 the start … 1 the stretch; the page moves it back and forth, the figure has no clock
 *     side     "left", "right" or "both"; data is told for the left, the right is its mirror
 *     view     which of pose.views to draw, 0 by default; a twist may have two (make an svg for each)
 *     reduced  true: no movement is to be shown: the stretch itself is drawn, whatever t says
 *     words    {left, right}: what is written beside the worked limb, in the language of the session
 *     ghost    false leaves out the faint start pose and the arrow (for small cards)
 *   The svg gets a viewBox and fills its box; its label is the page's. Calls may come with every frame.
 *
 * Left is left: wherever left and right lie apart on the screen, left is on the left, as in a mirror.
 * Where one hides the other, the worked side is the near one. The word stands beside it either way.
 *
 * Shape of /poses.json (made by assistant/core/posing, written by assistant/store/poses.py)
 *   {joints: [name, …], poses: {id: {
 *     sides:     whether it is done left and right
 *     frames:    [[x, y, z of each joint, then of each highlight point], [differences to the frame before], …]
 *                whole numbers in units of 2 mm; x to the body's left, y up, z forward; the floor is y = 0
 *     views:     [{name, matrix: [9], box: [x, y, width, height], mirror: true when left would be on the right,
 *                unseen: [number of each highlight that is on the far side here, and that another view shows]}]
 *     props:     [{tone, behind, points: [[x, y, z, radius], …]}]   the hull of these spheres
 *     straps:    [[joint, …]]   a band through these
 *     highlight: [[radius, points], …]   of each; as many points follow the joints in each frame: its line
 *     arrow:     the joint whose path is drawn, or null
 *     arrow_from: the share of the way at which that path begins
 *     back:      frames of another way back, first the start; empty where it is the same way:
 *                readPoses makes pose.returning of it
 *     mark:      the joint beside which the word left or right stands, or null
 *     both_ways: whether the arrow has two heads (a movement with the breath)
 *     alternates: whether every other breath goes to the other side: readPoses makes pose.other of it
 *   }}}
 *
 * Looks are classes, in pose.css: p-skin, p-shirt, p-trousers, p-sock and p-hair, each with p-far for the far
 * side; p-wood, p-seat, p-mat, p-pillow, p-towel, p-wall, p-strap; p-glow, p-arrow, p-ghost, p-word. No inline
 * style: the page's policy forbids it. pose_sheet.py copies all modules that are imported here.
 */

import { arrowLine, arrowPaths } from "./arrow.js";
import { cameraOf, seen, toScreen } from "./camera.js";
import { capsule, depth, disc, hull, n } from "./hull.js";
import { inOrder } from "./order.js";
import { edge, person, shape } from "./person.js";
import { placeOfWord, twinOf } from "./word.js";

const SVG = "http://www.w3.org/2000/svg";

/** All poses of /poses.json, by the ids of their stretches. */
export function readPoses(file) {
  const poses = new Map();
  for (const [id, pose] of Object.entries(file.poses)) {
    const read = { ...pose, id, frames: added(pose.frames), names: file.joints, cache: new Map() };
    if (pose.alternates) read.other = otherWay(read);
    if (pose.back.length) read.returning = { ...read, frames: added(pose.back), there: read };
    poses.set(id, read);
  }
  return poses;
}

/* Frames of numbers, from frames of differences. */
function added(differences) {
  const frames = [];
  for (const changes of differences) {
    const before = frames[frames.length - 1];
    frames.push(before ? before.map((number, index) => number + changes[index]) : changes);
  }
  return frames;
}

/* The same movement to the other side, seen from where it was: the body's right does what its left did. */
function otherWay(pose) {
  const places = pose.names.map((name) => pose.names.indexOf(twinOf(name)));
  const turned = (frame) =>
    frame.map((_, number) => {
      const [point, axis] = [Math.floor(number / 3), number % 3];
      const from = point < places.length ? places[point] : point;
      return frame[3 * from + axis] * (axis === 0 ? -1 : 1);
    });
  const straps = pose.straps.map((strap) => strap.map(twinOf));
  return { ...pose, frames: pose.frames.map(turned), straps, arrow: pose.arrow && twinOf(pose.arrow), cache: new Map() };
}

/** Draw a pose into an svg; see the contract above. */
export function drawPose(svg, pose, t, options = {}) {
  const { side = "both", view = 0, reduced = false, words = {}, ghost = true } = options;
  const share = reduced ? 1 : Math.min(1, Math.max(0, t));
  const camera = cameraOf(pose, view, side);
  const [x, top, width, height] = pose.views[view].box;
  const box = { left: camera.flip ? -x - width : x, top, width, height };
  attribute(svg, "viewBox", `${box.left} ${top} ${width} ${height}`);
  const body = seen(pose, share, camera);
  const people = person(body);
  const layers = layersOf(svg);
  fill(layers.behind, props(pose, camera, true).map(shape));
  const faint = ghost && share > 0.04;
  const key = `${view} ${side}`;
  fill(layers.ghost, faint ? kept(pose, `ghost ${key}`, () => start(pose, camera)) : []);
  fill(layers.body, paths([...people, ...props(pose, camera, false), ...pose.straps.map((one) => band(body, one))]));
  fill(layers.skin.firstChild, silhouette(people));
  fill(layers.glow, glow(pose, body, pose.views[view].unseen));
  const line = ghost && pose.arrow ? kept(pose, `arrow ${key}`, () => arrowLine(pose.there || pose, camera)) : [];
  fill(layers.arrow, arrowPaths(line, pose.both_ways && !pose.back.length));
  const said = pose.sides && pose.mark && side !== "both" ? words[side] || "" : "";
  word(layers.word, pose, said, box, (wide, high) =>
    kept(pose, `word ${key} ${said} ${line.length}`, () => {
      const bodies = [0, 0.5, 1].map((moment) => seen(pose, moment, camera));
      return placeOfWord({ width: wide, height: high, box, bodies, line, mark: pose.mark });
    }),
  );
}

/* The figure and what is around it, from far to near. */

function paths(parts) {
  return inOrder(parts).flatMap((part) => part.items || [edge(part), shape(part)]);
}

function props(pose, camera, behind) {
  return pose.props
    .filter((prop) => prop.behind === behind)
    .map(({ tone, points }) => {
      const list = points.map(([x, y, z, r]) => disc(toScreen(camera, x, y, z), r));
      return { tone: `p-${tone}`, d: hull(list), z: depth(list) };
    });
}

function band(body, strap) {
  const line = strap.map((name) => body[name]);
  const d = `M${line.map(({ x, y }) => `${n(x)},${n(y)}`).join("L")}`;
  return { z: Math.max(...line.map(({ z }) => z)) + 20, items: [{ class: "p-strap", d }] };
}

const isArea = (item) => !item.class.includes("p-edge") && !/p-(line|stroke)/.test(item.class);

function start(pose, camera) {
  return paths(person(seen(pose, 0, camera))).filter(isArea).map(({ d }) => ({ class: "p-shadow", d }));
}

/* What of the body may glow: all but the head. */
function silhouette(people) {
  const items = people.filter((part) => !part.isHead).flatMap((part) => part.items);
  return items.filter(isArea).map(({ d }) => ({ class: "p-shadow", d }));
}

/* Where it is felt, along a line that bends with the body: outlines, each smaller, so that it glows without a filter. */
function glow(pose, body, unseen) {
  let next = 0;
  return pose.highlight.flatMap(([radius, count], number) => {
    const line = body.more.slice(next, (next += count));
    if (unseen.includes(number)) return [];
    const around = (wide) => line.slice(1).map((p, k) => capsule(disc(line[k], radius * wide), disc(p, radius * wide)));
    return [1.3, 1.1, 0.9, 0.65, 0.4].map((wide) => ({ class: "p-glow", d: around(wide).join("") }));
  });
}

/* Made once for a view and a side. */
function kept(pose, key, make) {
  if (!pose.cache.has(key)) pose.cache.set(key, make());
  return pose.cache.get(key);
}

/* The word left or right beside the worked limb. */
function word(layer, pose, said, box, place) {
  const text = layer.firstChild || layer.appendChild(document.createElementNS(SVG, "text"));
  if (text.textContent !== said) text.textContent = said;
  if (!said) return;
  const size = Math.max(50, 0.055 * Math.max(box.width, box.height));
  const { x, y } = place(0.6 * size * said.length, 0.8 * size);
  attribute(text, "x", n(x));
  attribute(text, "y", n(y + 0.3 * size));
  attribute(text, "font-size", n(size));
  attribute(text, "class", "p-word");
}

/* Elements are kept from one frame to the next; only what changed is set. */

const LAYERS = ["behind", "ghost", "body", "skin", "glow", "arrow", "word"];
let made = 0;

function layersOf(svg) {
  if (svg.childElementCount !== LAYERS.length) {
    while (svg.firstChild) svg.removeChild(svg.firstChild);
    for (const name of LAYERS) {
      svg.appendChild(document.createElementNS(SVG, name === "skin" ? "defs" : "g")).setAttribute("class", `p-${name}-layer`);
    }
    clip(svg, `p-skin-${(made += 1)}`);
  }
  return Object.fromEntries(LAYERS.map((name, number) => [name, svg.children[number]]));
}

/* The glow stays on the body. */
function clip(svg, id) {
  svg.querySelector(".p-skin-layer").appendChild(document.createElementNS(SVG, "clipPath")).setAttribute("id", id);
  svg.querySelector(".p-glow-layer").setAttribute("clip-path", `url(#${id})`);
}

function fill(group, items) {
  while (group.childElementCount > items.length) group.lastChild.remove();
  items.forEach((item, number) => {
    const path = group.children[number] || group.appendChild(document.createElementNS(SVG, "path"));
    attribute(path, "class", item.class);
    attribute(path, "d", item.d);
  });
}

function attribute(element, name, value) {
  const text = String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}
