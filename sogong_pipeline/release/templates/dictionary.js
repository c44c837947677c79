"use strict";
const find = document.getElementById("find");
const count = document.getElementById("count");
function show() {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const section of document.querySelectorAll("section")) {
    const head = (section.querySelector("h2").textContent + section.querySelector("p").textContent).toLowerCase();
    let any = false;
    for (const row of section.querySelectorAll("tbody tr")) {
      const text = head + row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) { any = true; shown += 1; }
    }
    section.hidden = !any;
  }
  count.textContent = words.length ? String(shown) : "";
}
find.addEventListener("input", show);
