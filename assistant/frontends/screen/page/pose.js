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
 *     highlight: [radius, …]   of each; its two points follow the joints in each frame
 *     arrow:     the joint whose path is drawn, or null
 *     mark:      the joint beside which the word left or right stands, or null
 *     both_ways: whether the arrow has two heads (a movement with the breath)
 *     alternates: whether every other breath goes to the other side: readPoses makes pose.other of it
 *   }}}
 *
 * Looks are classes, in pose.css: p-skin, p-shirt, p-trousers, p-sock and p-hair, each with p-far for the far
 * side; p-wood, p-seat, p-mat, p-pillow, p-towel, p-wall, p-strap; p-glow, p-arrow, p-ghost, p-word. No inline
 * style: the page's policy forbids it. hull.js and person.js make the shapes; pose_sheet.py copies all three.
 */

import { capsule, depth, disc, hull, n } from "./hull.js";
import { edge, person, shape } from "./person.js";

const SVG = "http://www.w3.org/2000/svg";

/** All poses of /poses.json, by the ids of their stretches. */
export function readPoses(file) {
  const poses = new Map();
  for (const [id, pose] of Object.entries(file.poses)) {
    const frames = [];
    for (const changes of pose.frames) {
      const before = frames[frames.length - 1];
      frames.push(before ? before.map((number, index) => number + changes[index]) : changes);
    }
    const read = { ...pose, id, frames, names: file.joints, cache: new Map() };
    if (pose.alternates) read.other = otherWay(read);
    poses.set(id, read);
  }
  return poses;
}

/* The same movement to the other side, seen from where it was: the body's right does what its left did. */
function otherWay(pose) {
  const twin = (name) => name.replace(/^(left|right)_/, (_, side) => (side === "left" ? "right_" : "left_"));
  const places = pose.names.map((name) => pose.names.indexOf(twin(name)));
  const turned = (frame) =>
    frame.map((_, number) => {
      const [point, axis] = [Math.floor(number / 3), number % 3];
      const from = point < places.length ? places[point] : point;
      return frame[3 * from + axis] * (axis === 0 ? -1 : 1);
    });
  const straps = pose.straps.map((strap) => strap.map(twin));
  return { ...pose, frames: pose.frames.map(turned), straps, arrow: pose.arrow && twin(pose.arrow), cache: new Map() };
}

/** Draw a pose into an svg; see the contract above. */
export function drawPose(svg, pose, t, options = {}) {
  const { side = "both", view = 0, reduced = false, words = {}, ghost = true } = options;
  const share = reduced ? 1 : Math.min(1, Math.max(0, t));
  const camera = cameraOf(pose, view, side);
  const { box } = pose.views[view];
  const left = camera.flip ? -box[0] - box[2] : box[0];
  attribute(svg, "viewBox", `${left} ${box[1]} ${box[2]} ${box[3]}`);
  const body = seen(pose, share, camera);
  const layers = layersOf(svg);
  fill(layers.behind, props(pose, camera, true).map(shape));
  const faint = ghost && share > 0.04;
  fill(layers.ghost, faint ? start(pose, camera, `${view} ${side}`) : []);
  fill(layers.body, paths([...person(body), ...props(pose, camera, false), ...pose.straps.map((one) => band(body, one))]));
  fill(layers.glow, glow(pose, body, pose.views[view].unseen));
  fill(layers.arrow, ghost && pose.arrow ? arrow(pose, camera) : []);
  word(layers.word, pose, body, side, words, { left, top: box[1], width: box[2], height: box[3] });
}

/* Points: a frame between two others, turned to the camera. x right, y down, z toward who looks. */

function cameraOf(pose, view, side) {
  const { matrix, mirror } = pose.views[view];
  return { matrix, flip: mirror !== (side === "right") };
}

function toScreen(camera, x, y, z) {
  const m = camera.matrix;
  const right = m[0] * x + m[1] * y + m[2] * z;
  return {
    x: camera.flip ? -right : right,
    y: -(m[3] * x + m[4] * y + m[5] * z),
    z: m[6] * x + m[7] * y + m[8] * z,
  };
}

function seen(pose, share, camera) {
  const place = share * (pose.frames.length - 1);
  const index = Math.min(Math.floor(place), pose.frames.length - 2);
  const rest = place - index;
  const [before, after] = [pose.frames[index], pose.frames[index + 1]];
  const points = [];
  for (let i = 0; i < before.length; i += 3) {
    const at = (k) => before[i + k] + (after[i + k] - before[i + k]) * rest;
    points.push(toScreen(camera, at(0), at(1), at(2)));
  }
  const body = { points, more: points.slice(pose.names.length) };
  pose.names.forEach((name, number) => (body[name] = points[number]));
  return body;
}

/* The figure and what is around it, from far to near. */

function paths(parts) {
  parts.sort((a, b) => a.z - b.z);
  return parts.flatMap((part) => part.items || [edge(part), shape(part)]);
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

function start(pose, camera, key) {
  if (!pose.cache.has(key)) {
    const items = paths(person(seen(pose, 0, camera)));
    const faint = items.filter((item) => !item.class.includes("p-edge") && !/p-(line|stroke)/.test(item.class));
    pose.cache.set(key, faint.map(({ d }) => ({ class: "p-shadow", d })));
  }
  return pose.cache.get(key);
}

/* Where it is felt: hulls, each smaller, so that it glows without a filter. */
function glow(pose, body, unseen) {
  return pose.highlight.flatMap((radius, number) => {
    if (unseen.includes(number)) return [];
    const [a, b] = [body.more[2 * number], body.more[2 * number + 1]];
    return [1.3, 1.1, 0.9, 0.65, 0.4].map((wide) => ({ class: "p-glow", d: capsule(disc(a, radius * wide), disc(b, radius * wide)) }));
  });
}

/* The way the arrow's joint goes, beside the body, with a head at its end, or at both. */
function arrow(pose, camera) {
  const path = [];
  for (let k = 0; k <= 12; k++) path.push(seen(pose, k / 12, camera)[pose.arrow]);
  const [first, last] = [path[0], path[path.length - 1]];
  const long = Math.hypot(last.x - first.x, last.y - first.y);
  if (long < 4) return [];
  const wanted = 90;
  const line = long < wanted ? straight(first, last, wanted / long) : path;
  const tip = line[line.length - 1];
  const back = line.slice().reverse().find((p) => Math.hypot(p.x - tip.x, p.y - tip.y) > 26) || line[0];
  const items = [pointer(back, tip)];
  if (pose.both_ways) {
    const ahead = line.find((p) => Math.hypot(p.x - line[0].x, p.y - line[0].y) > 26) || tip;
    items.push(pointer(ahead, line[0]));
  }
  const d = `M${line.map(({ x, y }) => `${n(x)},${n(y)}`).join("L")}`;
  return [{ class: "p-way p-way-edge", d }, ...items.map((i) => ({ ...i, class: "p-arrow p-way-edge" })), { class: "p-way", d }, ...items];
}

function straight(from, to, factor) {
  const grow = (share) => ({ x: from.x + (to.x - from.x) * factor * share, y: from.y + (to.y - from.y) * factor * share });
  return [0, 0.25, 0.5, 0.75, 1].map(grow);
}

function pointer(from, tip) {
  const angle = Math.atan2(tip.y - from.y, tip.x - from.x);
  const at = (long, turned) => `${n(tip.x + long * Math.cos(angle + turned))},${n(tip.y + long * Math.sin(angle + turned))}`;
  return { class: "p-arrow", d: `M${at(26, 0)}L${at(24, 2.2)}L${at(24, -2.2)}Z` };
}

/* The word left or right beside the worked limb: pushed away from the middle of the body, inside the picture. */
function word(layer, pose, body, side, words, box) {
  const text = layer.firstChild || layer.appendChild(document.createElementNS(SVG, "text"));
  const said = pose.sides && pose.mark && side !== "both" ? words[side] || "" : "";
  if (text.textContent !== said) text.textContent = said;
  if (!said) return;
  const [mark, core] = [body[pose.mark], body.left_waist];
  const size = Math.max(50, box.width * 0.055);
  const half = 0.3 * size * said.length;
  const ahead = mark.x + (mark.x >= core.x ? 50 + half : -50 - half);
  attribute(text, "x", n(Math.min(box.left + box.width - half, Math.max(box.left + half, ahead))));
  attribute(text, "y", n(Math.min(box.top + box.height - 12, Math.max(box.top + size, mark.y + 0.3 * size))));
  attribute(text, "font-size", n(size));
  attribute(text, "class", "p-word");
}

/* Elements are kept from one frame to the next; only what changed is set. */

const LAYERS = ["behind", "ghost", "body", "glow", "arrow", "word"];

function layersOf(svg) {
  if (svg.childElementCount !== LAYERS.length) {
    while (svg.firstChild) svg.removeChild(svg.firstChild);
    for (const name of LAYERS) {
      svg.appendChild(document.createElementNS(SVG, "g")).setAttribute("class", `p-${name}-layer`);
    }
  }
  return Object.fromEntries(LAYERS.map((name, number) => [name, svg.children[number]]));
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
