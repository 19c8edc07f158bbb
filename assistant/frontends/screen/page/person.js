// The person that stands, sits or lies there: parts that are the hulls of its joints' discs, far or near.
//
// A part is {z, items} or {z, tone, d}: how near it is, and its paths, or its class and the only one. Each has an edge,
// so that a limb stands out from what it crosses.

import { circle, depth, disc, discs, hull, middle, n } from "./hull.js";

const EDGE = 4; // half the width of the line around a part

/* The parts of the body: the joints whose discs they are the hull of, and their radii in units. */
const NECK = [["collar", 27], ["nod", 26]];
const SIDED_PARTS = [
  { name: "thigh", tone: "trousers", discs: [["groin", 46], ["knee", 31]], seam: ["groin", 46] },
  { name: "shin", tone: "trousers", discs: [["knee", 31], ["ankle", 22]], with: "thigh", seam: ["knee", 31] },
  { name: "foot", tone: "sock", discs: [["ankle", 21], ["heel", 19], ["ball", 16], ["toes", 11]] },
  { name: "arm", tone: "skin", discs: [["shoulder", 25], ["elbow", 20]] },
  { name: "forearm", tone: "skin", discs: [["elbow", 20], ["wrist", 14.5]], with: "arm", seam: ["elbow", 20] },
];

const LIMB_OF = { thigh: "leg", shin: "leg", foot: "leg", arm: "arm", forearm: "arm" };

/** Discs that cover a body, each with its kind: face, limb or trunk. */
export function covers(body) {
  const found = [{ x: body.skull.x, y: body.skull.y, r: 62, kind: "face" }];
  const add = (kind, a, b) => found.push(...[0, 0.25, 0.5, 0.75, 1].map((share) => ({ ...middle([a], [b], share)[0], kind })));
  for (const side of ["left_", "right_"]) {
    for (const { discs: list } of SIDED_PARTS) {
      const [first, ...others] = discs(body, list, side);
      add("limb", first, others[others.length - 1]);
    }
    add("limb", ...discs(body, [["wrist", 16], ["fingers", 14]], side));
    add("trunk", ...discs(body, [["hip", 52], ["chest", 57]], side));
    add("trunk", ...discs(body, [["chest", 57], ["shoulder", 30]], side));
  }
  return found;
}

/** The parts of a person, in no order. */
export function person(body) {
  const nearer = body.left_groin.z + body.left_shoulder.z >= body.right_groin.z + body.right_shoulder.z;
  const apart = Math.abs(body.left_groin.z - body.right_groin.z) > 12;
  const parts = [...torso(body), ...head(body)];
  for (const side of ["left_", "right_"]) {
    const far = apart && (side === "left_") !== nearer ? " p-far" : "";
    parts.push(...limbs(body, side, far));
  }
  return parts;
}

/** The path of a part, and the edge around it. */
export const shape = (part) => ({ class: part.tone, d: part.d });
export const edge = (part) => ({ class: `${part.tone} p-edge`, d: part.d });

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

function limbs(body, side, far) {
  const made = {};
  for (const { name, tone, discs: list, with: before, seam } of SIDED_PARTS) {
    const found = discs(body, list, side);
    const one = { tone: `p-${tone}${far}`, d: hull(found), z: depth(found), limb: side + LIMB_OF[name] };
    one.line = [found[0], found[found.length - 1]];
    one.items = [edge(one), shape(one)];
    made[name] = one;
    if (seam) {
      const later = before && made[before].z > one.z ? made[before] : one;
      later.items.push({ class: one.tone, d: circle(disc(body[side + seam[0]], seam[1] + EDGE / 2)) });
    }
  }
  const palm = hull(discs(body, [["wrist", 14], ["knuckles", 19], ["fingers", 13]], side));
  const thumb = hull([disc(body[`${side}wrist`], 11), disc(body[`${side}thumb`], 8.5)]);
  const hand = { tone: made.forearm.tone, z: depth([body[`${side}wrist`], body[`${side}fingers`]]) + 8, limb: `${side}arm` };
  hand.line = discs(body, [["wrist", 14], ["fingers", 14]], side);
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
    { z: z + 10, items, isHead: true },
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
    const end = c || b;
    const bow = c ? `Q${n(b.x)},${n(b.y)} ${n(end.x)},${n(end.y)}` : `L${n(end.x)},${n(end.y)}`;
    found.push({ class: "p-stroke", d: `M${n(a.x)},${n(a.y)}${bow}` });
  }
  return found;
}
