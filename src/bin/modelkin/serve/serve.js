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
  const close = () => { list.hidden = true; at = -1; asked++; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const choose = (to) => {
    const all = [...list.children];
    if (!all.length) return;
    at = (to + all.length) % all.length;
    all.forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
    all[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", all[at].id);
  };
  const go = (item) => { location.href = base + item.dataset.path; };
  input.addEventListener("input", async () => {
    const text = input.value.trim(), mine = ++asked;
    if (!text) return close();
    const answer = await fetch(`${base}/suggest?q=${encodeURIComponent(text)}`).then((got) => (got.ok ? got.json() : { rows: [] })).catch(() => ({ rows: [] }));
    if (mine !== asked) return;
    // What was typed may be a family or an account; its page then comes first.
    const descend = (count) => `${grouped(count)} ${count === 1 ? "descendant" : "descendants"}`;
    const models = answer.rows.map((row) => ({ name: row.id, path: `/model/${pathOf(row.id)}`, about: descend(row.descendants) }));
    const hits = [...(answer.groups ?? []).map((group) => ({ ...group, path: pathOf(group.path) })), ...models];
    list.replaceChildren(...hits.map((hit, place) => {
      const item = $("li", { id: `hit${place}` }, $("span", { textContent: hit.name }), $("span", { className: "n", textContent: hit.about }));
      item.setAttribute("role", "option");
      item.dataset.path = hit.path;
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); go(item); });
      return item;
    }));
    list.hidden = !hits.length;
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

// A citation is copied, with the address at which it can be seen again.
document.querySelectorAll("a.cite").forEach((link) => link.addEventListener("click", async (event) => {
  event.preventDefault();
  const known = link.parentElement.nextElementSibling;
  if (known?.className === "citation") return known.remove();
  const text = await fetch(link.href).then((got) => got.text());
  const page = document.querySelector("link[rel=canonical]")?.href ?? location.href;
  const said = $("span", { textContent: `${text.trim()} ${page}` }), copied = $("span");
  copied.setAttribute("role", "status");
  const as = (form) => $("a", { href: `${link.href}${link.search ? "&" : "?"}form=${form}`, textContent: { bibtex: "BibTeX", csl: "CSL" }[form] });
  const copy = $("button", { type: "button", className: "plain", textContent: "Copy" });
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(said.textContent);
      copied.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(said);
      copied.textContent = "Selected: copy it";
    }
  });
  link.parentElement.after($("div", { className: "citation" }, said, " ", copy, " ", as("bibtex"), " ", as("csl"), " ", copied));
  copy.focus();
}));
// A large picture begins at the model that it is about.
document.querySelectorAll(".lineage").forEach((box) => {
  const named = box.querySelector("[stroke='#FFD84D']")?.getBoundingClientRect(), frame = box.getBoundingClientRect();
  if (named) box.scrollTo(named.right - frame.right + 24, (named.top + named.bottom) / 2 - (frame.top + frame.bottom) / 2);
});
// Beside the families that a field knows already stand models, by what was typed so far.
document.querySelectorAll("input[name=vs]").forEach((field) => field.addEventListener("input", async () => {
  const text = field.value.trim();
  if (text.length < 2 || [...field.list.options].some((option) => option.value === text)) return;
  const found = await fetch(`${base}/suggest?q=${encodeURIComponent(text)}`).then((got) => (got.ok ? got.json() : { rows: [] })).catch(() => ({ rows: [] }));
  if (field.value.trim() !== text) return;
  field.list.querySelectorAll("[data-model]").forEach((old) => old.remove());
  field.list.append(...found.rows.map((row) => {
    const option = $("option", { value: row.id });
    option.dataset.model = "";
    return option;
  }));
}));
const field = document.getElementById("q");
if (field) search(field);
const below = document.getElementById("children");
if (below) childrenWhenSeen(below);
