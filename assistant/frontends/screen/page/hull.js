// Outlines of discs, as the d of a path: a limb is the hull of the discs of its joints. Numbers are the picture's.

const STEPS = 36; // corners of a disc in a hull

/** A disc around a point that is seen. */
export const disc = (point, radius) => ({ x: point.x, y: point.y, z: point.z, r: radius });
/** Discs around joints of a body; `list` has their names and radii. */
export const discs = (body, list, side = "") => list.map(([name, radius]) => disc(body[side + name], radius));
/** How near these are, on average. */
export const depth = (list) => list.reduce((sum, one) => sum + one.z, 0) / list.length;
/** A number as a path has it. */
export const n = (number) => Math.round(number * 10) / 10;

/** The outline around discs. */
export function hull(list) {
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
      while (line.length > 1 && turn(line[line.length - 2], line[line.length - 1], p) <= 0) line.pop();
      line.push(p);
    }
    return line.slice(0, -1);
  };
  const around = [...half(corners), ...half(corners.reverse())];
  return `M${around.map(([x, y]) => `${n(x)},${n(y)}`).join("L")}Z`;
}

const turn = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);

/** A disc itself. */
export function circle({ x, y, r }) {
  return `M${n(x - r)},${n(y)}a${n(r)},${n(r)} 0 1 1 ${n(2 * r)},0a${n(r)},${n(r)} 0 1 1 ${n(-2 * r)},0Z`;
}

/** The outline around two discs. */
export function capsule(p, q) {
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

/** Discs on the way from those of one list to those of another. */
export const middle = (a, b, share) =>
  a.map((one, i) => {
    const to = b[i];
    const mix = (key) => one[key] + (to[key] - one[key]) * share;
    return { x: mix("x"), y: mix("y"), z: mix("z"), r: mix("r") };
  });
