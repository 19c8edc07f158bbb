// Which part is drawn over which: the nearer one, and where two limbs cross, the one that is nearer there.

const CLEAR = 4; // units by which one has to be nearer than the other where they cross

/** Parts from far to near. A part is {z} and, for a limb, its bone's two discs as `line` and the `limb` it is of. */
export function inOrder(parts) {
  const left = parts.slice().sort((a, b) => a.z - b.z);
  const done = [];
  while (left.length) {
    const next = left.findIndex((part) => !left.some((other) => isOver(part, other)));
    done.push(...left.splice(Math.max(0, next), 1));
  }
  return done;
}

/* Whether a part lies over another one, where they cross. */
function isOver(part, other) {
  if (!part.line || !other.line || part.limb === other.limb) return false;
  const { a, b, far } = nearest(part.line, other.line);
  return far < 0.8 * (a.r + b.r) && a.z - b.z > CLEAR;
}

/* The points of two lines at which they come nearest on the screen, and how far these are apart. */
function nearest([a, b], [c, d]) {
  const tries = [[0, share(a, c, d)], [1, share(b, c, d)], [share(c, a, b), 0], [share(d, a, b), 1]];
  const wide = (b.x - a.x) * (d.y - c.y) - (b.y - a.y) * (d.x - c.x);
  if (Math.abs(wide) > 1e-6) {
    const s = ((c.x - a.x) * (d.y - c.y) - (c.y - a.y) * (d.x - c.x)) / wide;
    const t = ((c.x - a.x) * (b.y - a.y) - (c.y - a.y) * (b.x - a.x)) / wide;
    if (s >= 0 && s <= 1 && t >= 0 && t <= 1) tries.push([s, t]);
  }
  const found = tries.map(([s, t]) => {
    const [p, q] = [along(a, b, s), along(c, d, t)];
    return { a: p, b: q, far: Math.hypot(p.x - q.x, p.y - q.y) };
  });
  return found.reduce((best, one) => (one.far < best.far ? one : best));
}

/* The share of a line at which it is nearest to a point. */
function share(point, from, to) {
  const [x, y] = [to.x - from.x, to.y - from.y];
  const square = x * x + y * y || 1;
  return Math.min(1, Math.max(0, ((point.x - from.x) * x + (point.y - from.y) * y) / square));
}

function along(from, to, part) {
  const mix = (key) => from[key] + (to[key] - from[key]) * part;
  return { x: mix("x"), y: mix("y"), z: mix("z"), r: mix("r") };
}
