for (const table of document.querySelectorAll("table[data-search]")) {
  const body = table.tBodies[0], rows = [...body.rows];
  const field = Object.assign(document.createElement("input"), { type: "search", placeholder: table.dataset.search, ariaLabel: table.dataset.search });
  const found = document.createElement("output");
  const tools = Object.assign(document.createElement("p"), { className: "tools" });
  tools.append(field, found);
  table.closest(".table").before(tools);
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/);
    for (const row of rows) row.hidden = !words.every(word => row.textContent.toLowerCase().includes(word));
    found.textContent = table.dataset.found.replace("{n}", rows.filter(row => !row.hidden).length.toLocaleString("ko"));
  });
  const heads = [...table.tHead.rows].flatMap(row => [...row.cells]).filter(cell => cell.scope === "col");
  const value = cell => cell.classList.contains("number") ? Number(cell.dataset.value ?? NaN) : cell.textContent;
  const compare = (a, b, turn) => a === a && b === b
    ? turn * (typeof a === "number" ? a - b : a.localeCompare(b, "ko", { numeric: true }))
    : (a !== a) - (b !== b);
  for (const head of heads) {
    const cell = row => row.cells[Number(head.dataset.place)];
    const sort = () => {
      const turn = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", turn > 0 ? "ascending" : "descending");
      body.append(...rows.sort((a, b) => compare(value(cell(a)), value(cell(b)), turn)));
    };
    head.tabIndex = 0;
    head.addEventListener("click", sort);
    head.addEventListener("keydown", event => event.key === "Enter" && sort());
  }
}
const switches = document.querySelector(".switches");
if (switches) {
  switches.hidden = false;
  for (const box of switches.querySelectorAll("input")) {
    box.checked = false;
    box.addEventListener("change", () => document.body.classList.toggle(box.dataset.print, box.checked));
  }
}
