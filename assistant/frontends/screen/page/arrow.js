// The arrow of a pose: the way of one joint in the last part of the movement, beside the face, with a head at its end.

import { seen } from "./camera.js";
import { n } from "./hull.js";

const SHORTEST = 90; // units, so that it can be seen from far
const HEAD = 26; // units from the tip back
const FACE = 66; // units around the middle of the head that it keeps free
const FARTHEST = 170; // units that it may be moved for that
const INWARD = 0.5; // how far it may be moved toward the trunk, against away from it
const ROUND = 70; // the radius of one that goes around
const ROUNDS = 5.2; // and how far it does, of a whole turn of 6.28

/** The line of a pose's arrow, as points on the screen; none where it hardly moves. */
export function arrowLine(pose, camera) {
  if (pose.returning) return around(pose, camera);
  const path = steps(pose, camera, pose.arrow_from);
  const [first, last] = [path[0], path[path.length - 1]];
  const long = Math.hypot(last.x - first.x, last.y - first.y);
  if (long < 4) return [];
  const line = long < SHORTEST ? straight(first, last, SHORTEST / long) : smooth(path);
  return besideFace(line, [0, 1].map((share) => seen(pose, share, camera)));
}

/** The paths of an arrow along a line. */
export function arrowPaths(line, isBothWays) {
  if (!line.length) return [];
  const tip = line[line.length - 1];
  const away = (from) => (p) => Math.hypot(p.x - from.x, p.y - from.y) > HEAD;
  const heads = [pointer(line.slice().reverse().find(away(tip)) || line[0], tip)];
  if (isBothWays) heads.push(pointer(line.find(away(line[0])) || tip, line[0]));
  const d = `M${line.map(({ x, y }) => `${n(x)},${n(y)}`).join("L")}`;
  const halo = heads.map((head) => ({ class: "p-arrow p-way-edge", d: head }));
  const own = heads.map((head) => ({ class: "p-arrow", d: head }));
  return [{ class: "p-way p-way-edge", d }, ...halo, { class: "p-way", d }, ...own];
}

function steps(pose, camera, from) {
  const count = Math.max(3, Math.round((pose.frames.length - 1) * (1 - from)));
  return Array.from({ length: count + 1 }, (_, k) => seen(pose, from + ((1 - from) * k) / count, camera)[pose.arrow]);
}

/* There and back again: around the middle of both ways, as they turn, ending a little before it closes. */
function around(pose, camera) {
  const path = [...steps(pose, camera, 0), ...steps(pose.returning, camera, 0).reverse()];
  const mean = (key) => path.reduce((sum, one) => sum + one[key], 0) / path.length;
  const mid = { x: mean("x"), y: mean("y") };
  const turns = path.slice(1).reduce((sum, p, k) => sum + (path[k].x - mid.x) * (p.y - mid.y) - (path[k].y - mid.y) * (p.x - mid.x), 0);
  const angle = (k) => -Math.PI / 2 + Math.sign(turns) * ROUNDS * (k / 24);
  return Array.from({ length: 25 }, (_, k) => ({ x: mid.x + ROUND * Math.cos(angle(k)), y: mid.y + ROUND * Math.sin(angle(k)) }));
}

/* Moved aside by as little as keeps the face free, rather away from the trunk. */
function besideFace(line, bodies) {
  const faces = bodies.map((body) => body.skull);
  const trunk = bodies[1].left_waist;
  const [first, last] = [line[0], line[line.length - 1]];
  const angle = Math.atan2(last.y - first.y, last.x - first.x);
  const isFree = (x, y) => line.every((p) => faces.every((f) => Math.hypot(p.x + x - f.x, p.y + y - f.y) > FACE));
  const outward = (way) => Math.cos(way) * (first.x - trunk.x) + Math.sin(way) * (first.y - trunk.y);
  const ways = [0.5, -0.5, 0.25, -0.25, 0].map((turn) => angle + turn * Math.PI).sort((a, b) => outward(b) - outward(a));
  for (let far = 0; far <= FARTHEST; far += 8) {
    const reach = (one) => (outward(one) < 0 ? far * INWARD : far);
    const way = ways.find((one) => isFree(reach(one) * Math.cos(one), reach(one) * Math.sin(one)));
    if (way !== undefined) return line.map((p) => ({ x: p.x + reach(way) * Math.cos(way), y: p.y + reach(way) * Math.sin(way) }));
  }
  return line;
}

function straight(from, to, factor) {
  const grow = (share) => ({ x: from.x + (to.x - from.x) * factor * share, y: from.y + (to.y - from.y) * factor * share });
  return [0, 0.25, 0.5, 0.75, 1].map(grow);
}

/* A line without corners through the same points. */
function smooth(points) {
  const at = (k) => points[Math.min(points.length - 1, Math.max(0, k))];
  const found = [];
  for (let k = 0; k < points.length - 1; k++) {
    const [a, b, c, d] = [at(k - 1), at(k), at(k + 1), at(k + 2)];
    for (const t of [0, 0.25, 0.5, 0.75]) {
      const mix = (key) =>
        b[key] + 0.5 * t * (c[key] - a[key] + t * (2 * a[key] - 5 * b[key] + 4 * c[key] - d[key] + t * (3 * (b[key] - c[key]) + d[key] - a[key])));
      found.push({ x: mix("x"), y: mix("y") });
    }
  }
  return [...found, at(points.length)];
}

function pointer(from, tip) {
  const angle = Math.atan2(tip.y - from.y, tip.x - from.x);
  const at = (long, turned) => `${n(tip.x + long * Math.cos(angle + turned))},${n(tip.y + long * Math.sin(angle + turned))}`;
  return `M${at(HEAD, 0)}L${at(24, 2.2)}L${at(24, -2.2)}Z`;
}
