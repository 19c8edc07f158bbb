// A pose as a camera sees it: its points between two frames, on the screen. x right, y down, z toward who looks.

/** How one of a pose's views looks at it; the right side is the left one, turned over. */
export function cameraOf(pose, view, side) {
  const { matrix, mirror } = pose.views[view];
  return { matrix, flip: mirror !== (side === "right") };
}

/** A point of the room on the screen. */
export function toScreen(camera, x, y, z) {
  const m = camera.matrix;
  const right = m[0] * x + m[1] * y + m[2] * z;
  return {
    x: camera.flip ? -right : right,
    y: -(m[3] * x + m[4] * y + m[5] * z),
    z: m[6] * x + m[7] * y + m[8] * z,
  };
}

/** The body at a share of the way, 0 to 1: each joint by its name, and in `more` the points where it is felt. */
export function seen(pose, share, camera) {
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
