// Dark or light: as configured, or as somebody chose here.

import { byId, write } from "./dom.js";
import { facts } from "./facts.js";
import { onPress } from "./touch.js";
import { words } from "./words.js";

const KEY = "limber.theme";

function chosen() {
  try {
    return localStorage.getItem(KEY) || facts.theme || "dark";
  } catch (error) {
    return facts.theme || "dark";
  }
}

function isLight(theme) {
  return theme === "light" || (theme === "auto" && window.matchMedia("(prefers-color-scheme: light)").matches);
}

function use(theme) {
  const light = isLight(theme);
  document.documentElement.dataset.theme = light ? "light" : "dark";
  write(byId("theme"), light ? words.dark : words.light);
}

/** Use the theme, and listen for another choice. */
export function startTheme() {
  use(chosen());
  onPress(byId("theme"), () => {
    const other = document.documentElement.dataset.theme === "light" ? "dark" : "light";
    try {
      localStorage.setItem(KEY, other);
    } catch (error) {
      // it lasts as long as the page
    }
    use(other);
  });
}
