// Small comforts; every page works without them. Esc closes the panel, the map keeps its place when a card is
// opened, a closed menu stays closed, and what customers did appears once it has been worked out.
"use strict";

document.documentElement.classList.add("scripted");
const grid = document.querySelector(".kr-grid");
const panel = document.getElementById("panel");
const key = `klantreis-place:${location.pathname}`;

// Keep where the map stood, and put it there again on the next page.
addEventListener("pagehide", () => {
  if (grid) sessionStorage.setItem(key, JSON.stringify([scrollY, grid.scrollLeft, grid.scrollTop]));
});
addEventListener("load", () => {
  if (!grid || !panel) return;
  const kept = JSON.parse(sessionStorage.getItem(key) || "null");
  const chosen = document.getElementById(panel.dataset.about);
  if (kept) [grid.scrollLeft, grid.scrollTop] = [kept[1], kept[2]];
  if (chosen && grid.contains(chosen)) {
    const card = chosen.getBoundingClientRect(), frame = grid.getBoundingClientRect();
    const top = frame.top + document.querySelector(".kr-head").offsetHeight + 8;
    const left = frame.left + document.querySelector(".kr-corner").offsetWidth + 8;
    if (card.left < left || card.right > frame.right) grid.scrollLeft += card.left - left - 40;
    const isCard = chosen.closest(".kr-lanes") !== null;
    if (isCard && (card.top < top || card.bottom > frame.bottom)) grid.scrollTop += card.top - top - 20;
  }
  if (kept && matchMedia("(min-width: 1001px)").matches) scrollTo(0, kept[0]);
});

addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector(".menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (panel && !panel.querySelector(".form")) {
    panel.querySelector("[data-close]").click();
  }
});
addEventListener("click", (event) => {
  const menu = document.querySelector(".menu[open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});

if (document.querySelector("[data-pending]") && !document.querySelector(".panel .form")) {
  setTimeout(() => location.reload(), 2500);
}
