async (screen) => {
  const got = [];
  const note = (what) => (value) => got.push(`${what}: ${value}`);
  const json = {"Content-Type": "application/json"};
  const body = JSON.stringify({intent: "end"});
  const tries = [
    fetch(screen + "say", {method: "POST", headers: {...json, "X-Limber-Token": "guess"}, body}),
    fetch(screen + "say", {method: "POST", headers: {"Content-Type": "text/plain"}, body, mode: "no-cors"}),
    fetch(screen + "say", {method: "POST", body: new URLSearchParams({intent: "end"}), mode: "no-cors"}),
  ].map((sent) => sent.then((answer) => answer.ok && note("pressed")(answer.status), () => {}));
  for (const path of ["", "events", "history.json", "history.svg", "poses.json", "pairing.json"]) {
    tries.push(fetch(screen + path, {credentials: "include"}).then((a) => a.text()).then(note(path), () => {}));
  }
  const frame = document.createElement("iframe");
  frame.src = screen;
  document.body.append(frame);
  const image = new Image();
  image.src = screen + "history.svg";
  image.onload = () => note("image")("loaded");
  const source = new EventSource(screen + "events");
  source.addEventListener("view", (event) => note("event")(event.data));
  const script = document.createElement("script");
  script.src = screen + "page.js";
  script.onload = () => note("script")("loaded");
  document.body.append(script);
  await Promise.all(tries);
  await new Promise((done) => setTimeout(done, 700));
  try { note("frame")(frame.contentDocument.body.textContent.length || "read"); } catch (error) { /* as it should */ }
  return got;
}
