// A standing body seen from behind, as the one who looks has left and right, with its regions.

import { shape } from "./dom.js";

const SKIN = [
  ["circle", { cx: 50, cy: 17, r: 12 }],
  ["path", { d: "M44 25h12v12h-12z" }],
  ["path", { d: "M30 38q20-8 40 0l5 8-5 44q-1 14-2 22h-36q-1-8-2-22l-5-44z" }],
  ["path", { class: "limb", d: "M28 44 19 78 17 108" }],
  ["path", { class: "limb", d: "M72 44 81 78 83 108" }],
  ["path", { class: "leg", d: "M41 108 40 152 39 194" }],
  ["path", { class: "leg", d: "M59 108 60 152 61 194" }],
];
const REGIONS = {
  neck: [["rect", { x: 42, y: 27, width: 16, height: 12, rx: 5 }]],
  shoulders: [
    ["ellipse", { cx: 31, cy: 45, rx: 8, ry: 7 }],
    ["ellipse", { cx: 69, cy: 45, rx: 8, ry: 7 }],
  ],
  upper_back: [["rect", { x: 39, y: 41, width: 22, height: 15, rx: 6 }]],
  mid_back: [["rect", { x: 35, y: 58, width: 30, height: 13, rx: 6 }]],
  lower_back: [["rect", { x: 35, y: 73, width: 30, height: 14, rx: 6 }]],
  hips: [
    ["ellipse", { cx: 31, cy: 95, rx: 6, ry: 8 }],
    ["ellipse", { cx: 69, cy: 95, rx: 6, ry: 8 }],
  ],
  glutes: [
    ["ellipse", { cx: 43, cy: 102, rx: 7, ry: 9 }],
    ["ellipse", { cx: 57, cy: 102, rx: 7, ry: 9 }],
  ],
  hamstrings: [
    ["rect", { x: 35, y: 116, width: 11, height: 32, rx: 5.5 }],
    ["rect", { x: 54, y: 116, width: 11, height: 32, rx: 5.5 }],
  ],
  calves: [
    ["rect", { x: 34.5, y: 156, width: 10, height: 28, rx: 5 }],
    ["rect", { x: 55.5, y: 156, width: 10, height: 28, rx: 5 }],
  ],
};

/** Draw the body with these regions lit; with `touched`, each other region can be touched too. */
export function drawBody(svg, lit, touched) {
  while (svg.firstChild) svg.removeChild(svg.firstChild);
  svg.setAttribute("viewBox", "0 0 100 206");
  svg.classList.add("body-map");
  SKIN.forEach(([tag, attributes]) => svg.appendChild(shape(tag, Object.assign({ class: "skin" }, attributes))));
  Object.keys(REGIONS).forEach((region) => {
    const isLit = lit.indexOf(region) >= 0;
    if (!isLit && !touched) return;
    const group = shape("g", { class: isLit ? "region lit" : "region", "data-no-stop": "" });
    REGIONS[region].forEach(([tag, attributes]) => group.appendChild(shape(tag, attributes)));
    if (touched) group.addEventListener("pointerdown", () => touched(region));
    svg.appendChild(group);
  });
}
