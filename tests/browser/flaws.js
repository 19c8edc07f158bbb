() => {
  const found = [];
  const seen = (node) => {
    const box = node.getBoundingClientRect();
    const style = getComputedStyle(node);
    return box.width > 0 && box.height > 0 && style.visibility !== "hidden" && style.opacity !== "0";
  };
  const name = (node) => `${node.tagName.toLowerCase()}#${node.id}.${node.className.baseVal ?? node.className}`;
  const all = [...document.querySelectorAll("body *")].filter(seen);
  const isUnseen = (node) => node.closest("svg, .lung, #step:empty");
  for (const node of all.filter((one) => !isUnseen(one))) {
    const box = node.getBoundingClientRect();
    if (box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1) {
      if (!node.closest(".sessions, #log")) found.push(`${name(node)} leaves the screen`);
    }
    const isList = node.matches(".sessions, #log");
    const hides = getComputedStyle(node).overflowX !== "visible";
    if (hides && !isList && (node.scrollWidth > node.clientWidth + 2 || node.scrollHeight > node.clientHeight + 3)) {
      found.push(`${name(node)} cuts ${node.textContent.trim().slice(0, 40)}`);
    }
  }
  const blocks = all.filter((node) => node.matches(
    "#name, #step, .heard, .faults, .ears, .figures, .side, .ring, .asked, .body-side, .card, #more-cards, .long," +
    ".short, .to-go, .answer, .caption, .sayables > *, .stop, .pair, .minutes, .hurt, .stage .plain, .clock, .date, .wake"
  ) && node.textContent.trim() + node.querySelectorAll("svg, [class=level]").length !== "0");
  for (let i = 0; i < blocks.length; i += 1) {
    for (let j = i + 1; j < blocks.length; j += 1) {
      const [a, b] = [blocks[i], blocks[j]];
      if (a.contains(b) || b.contains(a)) continue;
      const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
      const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
      const down = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
      if (across > 1.5 && down > 1.5) found.push(`${name(a)} lies over ${name(b)}`);
    }
  }
  for (const word of all.filter((node) => node.matches(".answer.word b"))) {
    const [p, q] = [word.getBoundingClientRect(), word.parentNode.getBoundingClientRect()];
    if (p.left < q.left || p.right > q.right || p.top < q.top || p.bottom > q.bottom) {
      found.push(`${word.textContent} leaves its button`);
    }
  }
  for (const button of all.filter((node) => node.matches("button"))) {
    const box = button.getBoundingClientRect();
    if (box.width < 24 || box.height < 24) found.push(`${name(button)} is too small to touch`);
  }
  return found;
}
