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
 *   }}}
 *
 * Looks are classes, in pose.css: p-skin, p-shirt, p-trousers, p-sock and p-hair, each with p-far for the far
 * side; p-wood, p-seat, p-mat, p-pillow, p-towel, p-wall, p-strap; p-glow, p-arrow, p-ghost, p-word. No inline style: the page's policy forbids it.
 */

const SVG = "http://www.w3.org/2000/svg";
const EDGE = 4; // half the width of the line around a part
const STEPS = 36; // corners of a disc in a hull

/* The parts of the body: the joints whose discs they are the hull of, and their radii in units. */
const NECK = [["collar", 27], ["nod", 26]];
const SIDED_PARTS = [
  { name: "thigh", tone: "trousers", discs: [["groin", 46], ["knee", 31]], seam: ["groin", 46] },
  { name: "shin", tone: "trousers", discs: [["knee", 31], ["ankle", 22]], with: "thigh", seam: ["knee", 31] },
  { name: "foot", tone: "sock", discs: [["ankle", 21], ["heel", 19], ["ball", 16], ["toes", 11]] },
  { name: "arm", tone: "skin", discs: [["shoulder", 25], ["elbow", 20]] },
  { name: "forearm", tone: "skin", discs: [["elbow", 20], ["wrist", 14.5]], with: "arm", seam: ["elbow", 20] },
];

/** All poses of /poses.json, by the ids of their stretches. */
export function readPoses(file) {
  const poses = new Map();
  for (const [id, pose] of Object.entries(file.poses)) {
    const frames = [];
    for (const changes of pose.frames) {
      const before = frames.at(-1);
      frames.push(before ? before.map((number, index) => number + changes[index]) : changes);
    }
    poses.set(id, { ...pose, id, frames, names: file.joints, cache: new Map() });
  }
  return poses;
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
  fill(layers.body, figure(pose, body, camera));
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

/* Shapes: the hull of discs, as the d of a path. */

const disc = (point, radius) => ({ x: point.x, y: point.y, z: point.z, r: radius });
const discs = (body, list, side = "") => list.map(([name, radius]) => disc(body[side + name], radius));
const depth = (list) => list.reduce((sum, one) => sum + one.z, 0) / list.length;
const n = (number) => Math.round(number * 10) / 10;

function hull(list) {
  if (list.length === 2) return capsule(list[0], list[1]);
  const corners = [];
  for (const { x, y, r } of list) {
    for (let k = 0; k < STEPS; k++) {
      const angle = (k * 2 * Math.PI) / STEPS;
      corners.push([x + r * Math.cos(angle), y + r * Math.sin(angle)]);
    }
  }
  corners.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (points) => {
    const line = [];
    for (const p of points) {
      while (line.length > 1 && turn(line.at(-2), line.at(-1), p) <= 0) line.pop();
      line.push(p);
    }
    return line.slice(0, -1);
  };
  const around = [...half(corners), ...half(corners.reverse())];
  return `M${around.map(([x, y]) => `${n(x)},${n(y)}`).join("L")}Z`;
}

const turn = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);

function circle({ x, y, r }) {
  return `M${n(x - r)},${n(y)}a${n(r)},${n(r)} 0 1 0 ${n(2 * r)},0a${n(r)},${n(r)} 0 1 0 ${n(-2 * r)},0Z`;
}

function capsule(p, q) {
  const far = Math.hypot(q.x - p.x, q.y - p.y);
  if (far <= Math.abs(p.r - q.r) + 0.01) return circle(p.r > q.r ? p : q);
  const way = Math.atan2(q.y - p.y, q.x - p.x);
  const aside = Math.acos((p.r - q.r) / far);
  const on = (c, angle) => `${n(c.x + c.r * Math.cos(angle))},${n(c.y + c.r * Math.sin(angle))}`;
  const [a, b] = [way + aside, way - aside];
  const large = p.r > q.r ? [1, 0] : [0, 1];
  return (
    `M${on(p, a)}A${n(p.r)},${n(p.r)} 0 ${large[0]} 1 ${on(p, b)}` +
    `L${on(q, b)}A${n(q.r)},${n(q.r)} 0 ${large[1]} 1 ${on(q, a)}Z`
  );
}

/* The figure: parts from far to near; each with an edge, so that a limb stands out from what it crosses. */

function figure(pose, body, camera) {
  const nearer = body.left_groin.z + body.left_shoulder.z >= body.right_groin.z + body.right_shoulder.z;
  const apart = Math.abs(body.left_groin.z - body.right_groin.z) > 12;
  const parts = [...torso(body), ...head(body)];
  for (const side of ["left_", "right_"]) {
    const far = apart && (side === "left_") !== nearer ? " p-far" : "";
    parts.push(...limbs(body, side, far));
  }
  for (const prop of props(pose, camera, false)) parts.push(prop);
  for (const strap of pose.straps) parts.push(band(body, strap));
  parts.sort((a, b) => a.z - b.z);
  return parts.flatMap((part) => part.items ?? [edge(part), shape(part)]);
}

const shape = (part) => ({ class: part.tone, d: part.d });
const edge = (part) => ({ class: `${part.tone} p-edge`, d: part.d });

function part(tone, list, z = depth(list)) {
  return { tone: `p-${tone}`, d: hull(list), z };
}

function torso(body) {
  const side = (name, radius) => [disc(body[`left_${name}`], radius), disc(body[`right_${name}`], radius)];
  const [hips, waist, chest, shoulders] = [side("hip", 52), side("waist", 47), side("chest", 57), side("shoulder", 27)];
  const collar = disc(body.collar, 30);
  const z = depth([...hips, ...chest]);
  const shirt = [hull([...waist, ...chest]), hull([...chest, ...shoulders, collar]), hull([...waist, ...middle(waist, hips, 0.3)])];
  const trousers = hull([...hips, ...middle(waist, hips, 0.45)]);
  const items = [
    { class: "p-trousers p-edge", d: trousers },
    ...shirt.map((d) => ({ class: "p-shirt p-edge", d })),
    { class: "p-trousers", d: trousers },
    ...shirt.map((d) => ({ class: "p-shirt", d })),
  ];
  return [{ z, items }];
}

const middle = (a, b, share) =>
  a.map((one, i) => {
    const to = b[i];
    const mix = (key) => one[key] + (to[key] - one[key]) * share;
    return { x: mix("x"), y: mix("y"), z: mix("z"), r: mix("r") };
  });

function limbs(body, side, far) {
  const made = {};
  for (const { name, tone, discs: list, with: before, seam } of SIDED_PARTS) {
    const found = discs(body, list, side);
    const one = { tone: `p-${tone}${far}`, d: hull(found), z: depth(found) };
    one.items = [edge(one), shape(one)];
    made[name] = one;
    if (seam) {
      const later = before && made[before].z > one.z ? made[before] : one;
      later.items.push({ class: one.tone, d: circle(disc(body[side + seam[0]], seam[1] + EDGE / 2)) });
    }
  }
  const palm = hull(discs(body, [["wrist", 14], ["knuckles", 19], ["fingers", 13]], side));
  const thumb = hull([disc(body[`${side}wrist`], 11), disc(body[`${side}thumb`], 8.5)]);
  const hand = { tone: made.forearm.tone, z: depth([body[`${side}wrist`], body[`${side}fingers`]]) + 8 };
  hand.items = [
    { class: `${hand.tone} p-edge`, d: thumb },
    { class: hand.tone, d: thumb },
    { class: `${hand.tone} p-edge`, d: palm },
    { class: hand.tone, d: palm },
    { class: hand.tone, d: circle(disc(body[`${side}wrist`], 15)) },
  ];
  const cut = middle([disc(body[`${side}shoulder`], 30)], [disc(body[`${side}elbow`], 27)], 0.62);
  const sleeve = hull([disc(body[`${side}shoulder`], 31), cut[0]]);
  made.arm.items.push({ class: `p-shirt${far} p-edge`, d: sleeve }, { class: `p-shirt${far}`, d: sleeve });
  return [made.thigh, made.shin, made.foot, made.arm, made.forearm, hand];
}

/* The head: face and hair are spheres; what is nearer hides the other, so it is right from every side. */

function head(body) {
  const [up, ahead] = [way(body.skull, body.top), way(body.skull, body.face)];
  const left = {
    x: up.y * ahead.z - up.z * ahead.y,
    y: up.z * ahead.x - up.x * ahead.z,
    z: up.x * ahead.y - up.y * ahead.x,
  };
  const at = (aside, over, forward) => ({
    x: body.skull.x + left.x * aside + up.x * over + ahead.x * forward,
    y: body.skull.y + left.y * aside + up.y * over + ahead.y * forward,
    z: body.skull.z + left.z * aside + up.z * over + ahead.z * forward,
  });
  const skin = [
    disc(at(0, 6, 12), 41),
    disc(at(0, -34, 20), 24),
    disc(at(0, -12, 20), 38),
    disc(at(0, -2, 53), 7),
  ];
  const below = up.z < -0.35; // seen from the chin
  const hair = below ? [disc(at(0, 34, 2), 45), disc(at(0, 16, -6), 45)] : [disc(at(0, 12, -5), 50), disc(at(0, 2, -14), 46), disc(at(0, 26, 8), 37)];
  const bun = disc(at(0, 30, -52), 21);
  const neck = discs(body, NECK);
  const z = depth([body.skull]);
  const looks = ahead.z; // 1: toward the viewer
  const face = { class: "p-skin", d: hull(skin) };
  const mane = [{ class: "p-hair", d: circle(bun) }, { class: "p-hair", d: hull(hair) }];
  const around = [{ class: "p-skin p-edge", d: face.d }, ...mane.map(({ d }) => ({ class: "p-hair p-edge", d }))];
  const ears = [1, -1]
    .filter((s) => s * left.z > -0.25)
    .map((s) => ({ class: "p-skin p-edge-thin", d: circle(disc(at(s * 42, -8, -4), 10)) }));
  const items = looks > -0.3 ? [...around, ...mane, face, ...(below ? [] : fringe(at)), ...ears] : [...around, face, ...ears, ...mane];
  if (looks > -0.3) items.push(...features(at, left, looks));
  return [
    { z: depth(neck) + 6, items: [{ class: "p-skin p-edge", d: hull(neck) }, { class: "p-skin", d: hull(neck) }] },
    { z: z + 10, items },
  ];
}

function way(from, to) {
  const [x, y, z] = [to.x - from.x, to.y - from.y, to.z - from.z];
  const size = Math.hypot(x, y, z) || 1;
  return { x: x / size, y: y / size, z: z / size };
}

function fringe(at) {
  const top = [disc(at(0, 44, 16), 18), disc(at(18, 38, 28), 12), disc(at(-22, 36, 26), 13), disc(at(0, 38, 0), 30)];
  return [{ class: "p-hair", d: hull(top) }];
}

function features(at, left, looks) {
  const found = [];
  for (const s of [1, -1]) {
    if (looks * 0.85 + s * left.z * 0.55 > 0.12) found.push({ class: "p-line", d: circle(disc(at(s * 17, 0, 51), 4.6)) });
  }
  const smile = [at(12, -28, 43), at(0, -34, 46), at(-12, -28, 43)];
  const visible = smile.filter((point) => point.z > at(0, -20, 18).z);
  if (visible.length > 1) {
    const [a, b, c] = visible;
    const end = c ?? b;
    const bow = c ? `Q${n(b.x)},${n(b.y)} ${n(end.x)},${n(end.y)}` : `L${n(end.x)},${n(end.y)}`;
    found.push({ class: "p-stroke", d: `M${n(a.x)},${n(a.y)}${bow}` });
  }
  return found;
}

/* What is around the figure. */

function props(pose, camera, behind) {
  return pose.props
    .filter((prop) => prop.behind === behind)
    .map(({ tone, points }) => {
      const list = points.map(([x, y, z, r]) => disc(toScreen(camera, x, y, z), r));
      return part(tone, list);
    });
}

function band(body, strap) {
  const line = strap.map((name) => body[name]);
  const d = `M${line.map(({ x, y }) => `${n(x)},${n(y)}`).join("L")}`;
  return { z: Math.max(...line.map(({ z }) => z)) + 20, items: [{ class: "p-strap", d }] };
}

function start(pose, camera, key) {
  if (!pose.cache.has(key)) {
    const items = figure({ ...pose, props: [], straps: [] }, seen(pose, 0, camera), camera);
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
  const [first, last] = [path[0], path.at(-1)];
  const long = Math.hypot(last.x - first.x, last.y - first.y);
  if (long < 4) return [];
  const wanted = 90;
  const line = long < wanted ? straight(first, last, wanted / long) : path;
  const tip = line.at(-1);
  const back = line.findLast((p) => Math.hypot(p.x - tip.x, p.y - tip.y) > 26) ?? line[0];
  const items = [pointer(back, tip)];
  if (pose.both_ways) {
    const ahead = line.find((p) => Math.hypot(p.x - line[0].x, p.y - line[0].y) > 26) ?? tip;
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
  const text = layer.firstChild ?? layer.appendChild(document.createElementNS(SVG, "text"));
  const said = pose.sides && pose.mark && side !== "both" ? (words[side] ?? "") : "";
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
    svg.replaceChildren(...LAYERS.map((name) => {
      const group = document.createElementNS(SVG, "g");
      group.setAttribute("class", `p-${name}-layer`);
      return group;
    }));
  }
  return Object.fromEntries(LAYERS.map((name, number) => [name, svg.children[number]]));
}

function fill(group, items) {
  while (group.childElementCount > items.length) group.lastChild.remove();
  items.forEach((item, number) => {
    const path = group.children[number] ?? group.appendChild(document.createElementNS(SVG, "path"));
    attribute(path, "class", item.class);
    attribute(path, "d", item.d);
  });
}

function attribute(element, name, value) {
  const text = String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}
