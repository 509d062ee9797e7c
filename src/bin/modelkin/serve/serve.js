// What a page can do besides. It is whole without this script: forms, links and tables work by themselves.
const base = location.pathname.match(/^\/s\/[0-9a-f]+/)?.[0] ?? "";
const pathOf = (id) => id.split("/").map(encodeURIComponent).join("/");

// Search as you type: a list of models below the field, for keyboard and screen readers too.
function search(input) {
  const list = $("ul", { className: "hits", id: "hits", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Models");
  input.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": "hits", "aria-autocomplete": "list" }))
    input.setAttribute(name, value);
  let at = -1, asked = 0;
  const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const choose = (to) => {
    const all = [...list.children];
    if (!all.length) return;
    at = (to + all.length) % all.length;
    all.forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
    all[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", all[at].id);
  };
  const go = (item) => { location.href = `${base}/model/${pathOf(item.dataset.id)}`; };
  input.addEventListener("input", async () => {
    const text = input.value.trim(), mine = ++asked;
    if (!text) return close();
    const answer = await fetch(`${base}/suggest?q=${encodeURIComponent(text)}`).then((got) => (got.ok ? got.json() : { rows: [] })).catch(() => ({ rows: [] }));
    if (mine !== asked) return;
    list.replaceChildren(...answer.rows.map((row, place) => {
      const item = $("li", { id: `hit${place}` }, $("span", { textContent: row.id }), $("span", { className: "n", textContent: `${grouped(row.descendants)} descendants` }));
      item.setAttribute("role", "option");
      item.dataset.id = row.id;
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); go(item); });
      return item;
    }));
    list.hidden = !answer.rows.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    at = -1;
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (list.hidden) return;
    if (event.key === "ArrowDown") { event.preventDefault(); choose(at + 1); }
    if (event.key === "ArrowUp") { event.preventDefault(); choose(at - 1); }
    if (event.key === "Enter" && at >= 0) { event.preventDefault(); go(list.children[at]); }
  });
  input.addEventListener("blur", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "")) { event.preventDefault(); input.focus(); }
  });
}

// All children of a model: rows that sort, filter, and are there while they are seen.
function children(section) {
  const json = [...section.querySelectorAll("p.note a")].find((link) => link.textContent === "JSON");
  if (!json) return;
  const button = $("button", { type: "button", textContent: "All children, to sort and filter" });
  section.querySelector("h2").after(button);
  button.addEventListener("click", async () => {
    button.disabled = true;
    const answer = await fetch(json.href).then((got) => got.json());
    section.querySelectorAll(".table, .tools, .columns").forEach((old) => old.remove());
    const columns = [["id", "model"], ["relation", "relation"], ["downloads", "downloads in 30 days"], ["likes", "likes"], ["created", "created"], ["licences", "licences"]];
    const shown = (row, name) => (row[name] === null || row[name] === undefined ? "–" : typeof row[name] === "number" ? grouped(row[name]) : [row[name]].flat().join(", "));
    const all = answer.rows.map((row) => ({ ...row, owner: row.id.split("/")[0], text: [row.id, row.relation, [row.licences].flat().join(" "), row.created].join(" ").toLowerCase() }));
    let rows = all, order = ["downloads", true];
    const filter = $("input", { type: "search", placeholder: "Filter: owner, relation, licence, year" });
    filter.setAttribute("aria-label", "Filter the children");
    const said = $("span");
    said.setAttribute("role", "status");
    const box = $("div", { className: "virtual table", tabIndex: 0 });
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "Children");
    const body = $("tbody"), above = $("tbody"), below = $("tbody"), heads = $("tr");
    box.append($("table", {}, $("thead", {}, heads), above, body, below));
    const line = 30;
    const space = (place, count) => { place.replaceChildren(); if (count > 0) { const row = place.insertRow(), cell = row.insertCell(); cell.colSpan = columns.length; cell.height = count * line; } };
    const draw = () => {
      const first = Math.max(0, Math.floor(box.scrollTop / line) - 10), last = Math.min(rows.length, first + Math.ceil(box.clientHeight / line) + 20);
      space(above, first);
      body.replaceChildren(...rows.slice(first, last).map((row) => $("tr", {}, ...columns.map(([name]) => {
        const cell = $("td", { className: name === "downloads" || name === "likes" ? "n" : "t" });
        cell.append(name === "id" ? $("a", { href: `${base}/model/${pathOf(row.id)}`, textContent: row.id }) : shown(row, name));
        return cell;
      }))));
      space(below, rows.length - last);
    };
    const renew = () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean), [name, down] = order;
      rows = all.filter((row) => words.every((word) => row.text.includes(word)));
      const value = (row) => (Array.isArray(row[name]) ? row[name].join(", ") : row[name]);
      rows.sort((a, b) => {
        const [x, y] = [value(a), value(b)], none = (x == null) - (y == null);
        return none || (x == null ? 0 : (typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en")) * (down ? -1 : 1));
      });
      said.textContent = `${grouped(rows.length)} of ${grouped(all.length)}`;
      box.scrollTop = 0;
      draw();
    };
    columns.forEach(([name, title]) => {
      const sort = $("button", { type: "button", className: "sort", textContent: title }), head = $("th", { scope: "col" }, sort);
      sort.addEventListener("click", () => {
        order = [name, order[0] === name ? !order[1] : name === "downloads" || name === "likes" || name === "created"];
        heads.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", order[1] ? "descending" : "ascending");
        renew();
      });
      heads.append(head);
    });
    filter.addEventListener("input", renew);
    box.addEventListener("scroll", draw);
    button.replaceWith($("div", { className: "tools" }, filter, said), box);
    renew();
    filter.focus();
  });
}

// A citation is copied, with the address at which it can be seen again.
document.querySelectorAll("a.cite").forEach((link) => link.addEventListener("click", async (event) => {
  event.preventDefault();
  const text = await fetch(link.href).then((got) => got.text());
  const page = document.querySelector("link[rel=canonical]")?.href ?? location.href;
  try {
    await navigator.clipboard.writeText(`${text.trim()} ${page}`);
    link.textContent = "Copied";
  } catch {
    location.href = link.href;
  }
}));
const field = document.getElementById("q");
if (field) search(field);
const below = document.getElementById("children");
if (below) children(below);
