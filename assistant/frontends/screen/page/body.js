// A standing body seen from behind, as the one who looks has left and right, with its regions.

import { shape } from "./dom.js";

const SKIN = [
  ["path", { class: "limb", d: "M31 46Q22 60 20 78Q18 92 17 106" }],
  ["path", { class: "limb", d: "M69 46Q78 60 80 78Q82 92 83 106" }],
  ["path", { class: "leg", d: "M41 106Q41 130 40 150Q40 172 40 192" }],
  ["path", { class: "leg", d: "M59 106Q59 130 60 150Q60 172 60 192" }],
  ["path", { d: "M44 24h12v9q2 5 12 7q8 3 8 11l-6 20q-2 12 0 20q4 16-2 22h-36q-6-6-2-22q2-8 0-20l-6-20q0-8 8-11q10-2 12-7z" }],
  ["ellipse", { cx: 50, cy: 15, rx: 10.5, ry: 12.5 }],
];
const REGIONS = {
  neck: [["rect", { x: 44, y: 26, width: 12, height: 11, rx: 4 }]],
  shoulders: [
    ["ellipse", { cx: 32, cy: 47, rx: 7, ry: 6.5 }],
    ["ellipse", { cx: 68, cy: 47, rx: 7, ry: 6.5 }],
  ],
  upper_back: [["rect", { x: 41, y: 41, width: 18, height: 14, rx: 5 }]],
  mid_back: [["rect", { x: 36, y: 57, width: 28, height: 12, rx: 5 }]],
  lower_back: [["rect", { x: 36, y: 71, width: 28, height: 13, rx: 5 }]],
  hips: [
    ["ellipse", { cx: 34, cy: 97, rx: 4, ry: 9 }],
    ["ellipse", { cx: 66, cy: 97, rx: 4, ry: 9 }],
  ],
  glutes: [
    ["ellipse", { cx: 44.5, cy: 99, rx: 5, ry: 9 }],
    ["ellipse", { cx: 55.5, cy: 99, rx: 5, ry: 9 }],
  ],
  hamstrings: [
    ["rect", { x: 35.5, y: 117, width: 10, height: 30, rx: 5 }],
    ["rect", { x: 54.5, y: 117, width: 10, height: 30, rx: 5 }],
  ],
  calves: [
    ["rect", { x: 35.5, y: 156, width: 9, height: 26, rx: 4.5 }],
    ["rect", { x: 55.5, y: 156, width: 9, height: 26, rx: 4.5 }],
  ],
};

/** Draw the body with these regions lit; with `touched`, each other region can be touched too. */
export function drawBody(svg, lit, touched) {
  while (svg.firstChild) svg.removeChild(svg.firstChild);
  svg.setAttribute("viewBox", "0 0 100 206");
  svg.classList.add("body-map");
  const body = svg.appendChild(shape("g", {})); // one child: pose.js, which draws here too, has its layers
  SKIN.forEach(([tag, attributes]) => body.appendChild(shape(tag, Object.assign({ class: "skin" }, attributes))));
  Object.keys(REGIONS).forEach((region) => {
    const isLit = lit.indexOf(region) >= 0;
    if (!isLit && !touched) return;
    const group = shape("g", { class: isLit ? "region lit" : "region", "data-no-stop": "" });
    REGIONS[region].forEach(([tag, attributes]) => group.appendChild(shape(tag, attributes)));
    if (touched) group.addEventListener("pointerdown", () => touched(region));
    body.appendChild(group);
  });
}
