// What is wrong with the figures of a page: each as one sentence.
(moments) => {
  const wrong = [];
  const within = (p, box, by) => p.x > box.x - by && p.x < box.x + box.width + by && p.y > box.y - by && p.y < box.y + box.height + by;
  const apart = (a, b) => a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y;
  for (const svg of document.querySelectorAll("svg[data-pose]")) {
    const { pose, view, t } = svg.dataset;
    const say = (what) => wrong.push(`${pose}, view ${view} at ${t}: ${what}`);
    const [eyes, ways] = [".p-line", ".p-way"].map((name) => [...svg.querySelectorAll(name)]);
    const way = ways.length ? ways[ways.length - 1] : null;
    const line = way ? Array.from({ length: 40 }, (_, k) => way.getPointAtLength((way.getTotalLength() * k) / 39)) : [];
    const word = svg.querySelector("text");
    if (word && word.textContent) {
      const box = word.getBBox();
      const whole = svg.viewBox.baseVal;
      if (box.x < whole.x || box.x + box.width > whole.x + whole.width) say("the word is cut off");
      if (box.y < whole.y || box.y + box.height > whole.y + whole.height) say("the word is cut off");
      if (eyes.some((eye) => !apart(eye.getBBox(), box))) say("the word is on the face");
      if (line.some((p) => within(p, box, 0))) say("the word is on the arrow");
    }
    const isHeld = moments.includes(Number(t));
    if (isHeld && eyes.some((eye) => line.some((p) => within(p, eye.getBBox(), 8)))) say("the arrow is on the face");
    const clip = svg.querySelector(".p-glow-layer").getAttribute("clip-path").slice(5, -1);
    if (!svg.querySelector(`clipPath[id="${clip}"] path`)) say("the glow leaves the body");
  }
  return wrong;
}
