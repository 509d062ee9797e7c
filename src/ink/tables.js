// Tables sort by their heads, filter by words, and say when they scroll. They are whole without this script.
const $ = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};
const grouped = (number) => number.toLocaleString("en-US");
// A number as tables show it, or nothing: what is not known stands last, whichever way a column is sorted.
const bare = (text) => text.trim().replace(/ \(.*\)$/, "");
const number = (text) => {
  const plain = bare(text).replace(/ points$/, "").replace(/[,%]/g, "").replace(/^[>+]/, "");
  return plain !== "" && !isNaN(plain) ? Number(plain) : null;
};

// A table of so few rows is seen at once.
const FEW = 3, MANY = 8;

function sorts(table) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  if (body.rows.length < FEW) return;
  heads.forEach((head, column) => {
    const button = $("button", { type: "button", className: "sort" }, ...head.childNodes);
    const about = head.getAttribute("aria-describedby");
    if (about) button.setAttribute("aria-describedby", about);
    head.append(button);
    button.addEventListener("click", () => {
      const rows = [...body.rows].map((row) => {
        const text = row.cells[column]?.textContent ?? "";
        return [text, number(text), row];
      });
      const numeric = rows.some(([, value]) => value !== null) && rows.every(([text, value]) => value !== null || !/\d/.test(bare(text)));
      // Of numbers the largest are looked for first, of texts the first letters.
      const known = head.getAttribute("aria-sort"), down = known ? known === "ascending" : numeric;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      rows.sort(([a, x], [b, y]) => numeric
        ? (x === null) - (y === null) || (down ? y - x : x - y)
        : (down ? b.localeCompare(a, "en") : a.localeCompare(b, "en")));
      body.append(...rows.map(([, , row]) => row));
    });
  });
}

function filters(table) {
  const box = table.closest(".table"), rows = [...table.tBodies[0].rows];
  if (!box) return;
  const tools = $("div", { className: "tools" }), wide = $("span", { textContent: `${table.tHead.rows[0].cells.length} columns, more to the side`, hidden: true });
  if (rows.length >= MANY) {
    const named = (box.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
    const input = $("input", { type: "search", placeholder: "Filter the rows" }), said = $("span");
    input.setAttribute("aria-label", `Filter: ${box.getAttribute("aria-label") ?? named.trim()}`);
    said.setAttribute("role", "status");
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let left = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        left += !row.hidden;
      }
      said.textContent = words.length ? `${grouped(left)} of the ${grouped(rows.length)} rows here` : "";
    });
    tools.append(input, said);
  }
  tools.append(wide);
  box.before(tools);
  new ResizeObserver(() => { wide.hidden = box.scrollWidth <= box.clientWidth + 1; }).observe(box);
}

// What a column means is shown at its head: to a pointer, to the keyboard and to a finger.
function explains(heads) {
  const tip = $("div", { className: "tip", hidden: true });
  // It is read out with the head already.
  tip.setAttribute("aria-hidden", "true");
  document.body.append(tip);
  let leaving;
  const hide = () => { tip.hidden = true; };
  const later = () => { leaving = setTimeout(hide, 200); };
  const stay = () => clearTimeout(leaving);
  for (const head of heads) {
    const show = () => {
      stay();
      tip.textContent = document.getElementById(head.getAttribute("aria-describedby"))?.textContent ?? "";
      tip.hidden = !tip.textContent;
      const at = head.getBoundingClientRect(), room = document.documentElement.clientWidth - tip.offsetWidth - 8;
      tip.style.left = `${Math.max(8, Math.min(at.left, room))}px`;
      tip.style.top = `${at.bottom + 4}px`;
    };
    for (const name of ["mouseenter", "focusin", "click"]) head.addEventListener(name, show);
    for (const name of ["mouseleave", "focusout"]) head.addEventListener(name, later);
  }
  tip.addEventListener("mouseenter", stay);
  tip.addEventListener("mouseleave", hide);
  addEventListener("scroll", hide, { passive: true, capture: true });
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
}

const tables = [...document.querySelectorAll("main table")].filter((table) => table.tHead && table.tBodies[0]);
tables.forEach(filters);
tables.forEach(sorts);
explains(document.querySelectorAll("th[aria-describedby]"));
