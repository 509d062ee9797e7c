// The children of a model: a table that sorts and filters, whose rows are there while they are seen. What is chosen stands in the address.
const UNKNOWN = "not known";
const COLUMNS = [["id", "model"], ["relation", "relation"], ["downloads", "downloads"], ["likes", "likes"], ["created", "created"], ["licence", "licence"]];
const NUMBERS = ["downloads", "likes"];
const LINE = 30;

// What is chosen, by its name in the address. Only what differs from this stands there.
const NOTHING = { q: "", relation: "", owner: "", licence: "", from: "", to: "", downloads: "", sort: "-downloads" };

function chosen() {
  const said = new URLSearchParams(location.hash.slice(1));
  const has = said.has("children");
  return [has, Object.fromEntries(Object.entries(NOTHING).map(([name, plain]) => [name, (has && said.get(name)) || plain]))];
}

function written(state) {
  const said = Object.entries(state).filter(([name, value]) => value !== NOTHING[name]);
  return `#children${said.map(([name, value]) => `&${name}=${encodeURIComponent(value)}`).join("")}`;
}

// Each of these says of a row whether it is kept, or nothing where that is not known.
function tests(state, owners) {
  const is = (value, wanted) => (wanted === UNKNOWN ? value === null : value === wanted);
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean), owner = state.owner.trim().toLowerCase();
  const all = [];
  if (words.length) all.push((row) => words.every((word) => row.text.includes(word)));
  if (state.relation) all.push((row) => is(row.relation, state.relation));
  // A whole name is that account alone; what is typed so far begins one.
  if (owner) all.push((row) => (owner === UNKNOWN ? row.owner === null : owners.has(owner) ? row.owner?.toLowerCase() === owner : !!row.owner?.toLowerCase().startsWith(owner)));
  if (state.licence) all.push((row) => (state.licence === UNKNOWN ? !row.licences.length : row.licences.includes(state.licence)));
  if (state.from === UNKNOWN) all.push((row) => row.created === null);
  else if (state.from || state.to) all.push((row) => (row.created === null ? null : (!state.from || row.created >= state.from) && (!state.to || row.created <= state.to)));
  if (state.downloads === UNKNOWN) all.push((row) => row.downloads === null);
  else if (state.downloads !== "") all.push((row) => (row.downloads === null ? null : row.downloads >= Number(state.downloads)));
  return all;
}

// The rows that all tests keep, and how many are left out only since something is not known of them.
function kept(all, tests) {
  let unknown = 0;
  const rows = all.filter((row) => {
    let is = true;
    for (const test of tests) {
      const said = test(row);
      if (said === false) return false;
      if (said === null) is = false;
    }
    unknown += !is;
    return is;
  });
  return [rows, unknown];
}

function sorted(rows, sort) {
  const down = sort.startsWith("-"), name = down ? sort.slice(1) : sort;
  const words = new Intl.Collator("en");
  return rows.sort((a, b) => {
    const x = a[name], y = b[name];
    if (x === null || y === null) return (x === null) - (y === null);
    return (typeof x === "number" ? x - y : words.compare(x, y)) * (down ? -1 : 1);
  });
}

async function children(section) {
  const json = [...section.querySelectorAll("p.note a")].find((link) => link.textContent === "JSON");
  const status = $("p", { className: "said" });
  status.setAttribute("role", "status");
  status.textContent = "All children are fetched …";
  section.querySelector("h2").after(status);
  const answer = await fetch(json.href).then((got) => (got.ok ? got.json() : Promise.reject(got.status))).catch(() => null);
  if (!answer) {
    status.textContent = "All children could not be fetched; reload the page to try again.";
    return;
  }
  const all = answer.rows.map((row) => {
    const owner = row.id.includes("/") ? row.id.split("/")[0] : null, created = row.created?.slice(0, 10) ?? null;
    return { ...row, owner, created, licence: row.licences.length ? row.licences.join(", ") : null, text: [row.id, row.relation, row.licences.join(" "), created].join(" ").toLowerCase() };
  });
  const counted = (values) => {
    const counts = new Map();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  };
  const owners = counted(all.map((row) => row.owner).filter(Boolean)), known = new Set(owners.map(([owner]) => owner.toLowerCase()));

  const fields = {};
  const field = (name, title, input) => {
    fields[name] = input;
    return $("label", {}, title, input);
  };
  const choice = (counts, unknown) => {
    const option = (value, text) => $("option", { value, textContent: text });
    const rest = unknown ? [option(UNKNOWN, `${UNKNOWN} (${grouped(unknown)})`)] : [];
    return $("select", {}, option("", "any"), ...counts.map(([value, count]) => option(value, `${value} (${grouped(count)})`)), ...rest);
  };
  // A field of its own says that something is not known, and the others of its kind rest meanwhile.
  const unknown = (name, title, count) => {
    const box = $("input", { type: "checkbox" });
    fields[`${name}?`] = box;
    return $("label", { className: "check" }, box, `${title} ${UNKNOWN} (${grouped(count)})`);
  };
  const none = (name) => all.filter((row) => row[name] === null).length;
  const names = $("datalist", { id: "owners" }, ...owners.slice(0, 200).map(([owner, count]) => $("option", { value: owner, textContent: `${owner} (${grouped(count)})` })));
  if (none("owner")) names.append($("option", { value: UNKNOWN }));
  const owner = $("input", { type: "search", autocomplete: "off" });
  owner.setAttribute("list", "owners");
  const clear = $("button", { type: "button", className: "plain", textContent: "Show all" });
  const filters = $("div", { className: "filters" },
    field("q", "words", $("input", { type: "search", placeholder: "any words" })),
    field("relation", "relation", choice(counted(all.map((row) => row.relation)), 0)),
    field("owner", "owner", owner), names,
    field("licence", "licence", choice(counted(all.flatMap((row) => row.licences)), none("licence"))),
    field("from", "created from", $("input", { type: "date" })), field("to", "created to", $("input", { type: "date" })), unknown("from", "date", none("created")),
    field("downloads", "downloads at least", $("input", { type: "number", min: 0 })), unknown("downloads", "downloads", none("downloads")), clear);

  const heads = $("tr"), above = $("tbody"), body = $("tbody"), below = $("tbody");
  const table = $("table", {}, $("thead", {}, heads), above, body, below);
  const box = $("div", { className: "virtual", tabIndex: 0 }, table);
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "Children; downloads are those of 30 days");
  let rows = all, state = NOTHING, first = -1, last = -1;
  const space = (place, count) => {
    const row = $("tr", { className: "space" }), cell = row.insertCell();
    cell.colSpan = COLUMNS.length;
    cell.style.height = `${count * LINE}px`;
    row.setAttribute("aria-hidden", "true");
    place.replaceChildren(...(count > 0 ? [row] : []));
  };
  const line = (row, place) => {
    const cells = COLUMNS.map(([name]) => {
      const value = row[name], cell = $("td", { className: NUMBERS.includes(name) ? "n" : "t" });
      if (name === "id") cell.append($("a", { href: `${base}/model/${pathOf(row.id)}`, textContent: row.id, title: row.id }));
      else cell.textContent = value === null ? "–" : typeof value === "number" ? grouped(value) : value;
      return cell;
    });
    const made = $("tr", {}, ...cells);
    made.setAttribute("aria-rowindex", place + 2);
    return made;
  };
  const draw = () => {
    const from = Math.max(0, Math.floor(box.scrollTop / LINE) - 15), to = Math.min(rows.length, from + Math.ceil(box.clientHeight / LINE) + 30);
    if (from === first && to === last) return;
    [first, last] = [from, to];
    const at = document.activeElement?.closest?.(".virtual a")?.textContent;
    space(above, from);
    body.replaceChildren(...rows.slice(from, to).map((row, place) => line(row, from + place)));
    space(below, rows.length - to);
    // Who went on to a link by keyboard stays at it.
    if (at) ([...body.querySelectorAll("a")].find((link) => link.textContent === at) ?? box).focus({ preventScroll: true });
  };
  const renew = (top = 0) => {
    const [found, unknown] = kept(all, tests(state, known));
    rows = sorted(found, state.sort);
    status.textContent = `${grouped(rows.length)} of ${grouped(all.length)} children${unknown ? `; ${grouped(unknown)} of which that is not known are left out` : ""}`;
    table.setAttribute("aria-rowcount", rows.length + 1);
    heads.querySelectorAll("th").forEach((head) => {
      const name = head.dataset.name;
      head.removeAttribute("aria-sort");
      if (state.sort.replace("-", "") === name) head.setAttribute("aria-sort", state.sort.startsWith("-") ? "descending" : "ascending");
    });
    first = last = -1;
    draw();
    box.scrollTop = top;
    draw();
  };
  const rest = () => {
    for (const [name, fellow] of [["from", "to"], ["downloads"]])
      [name, fellow].filter(Boolean).forEach((one) => { fields[one].disabled = fields[`${name}?`].checked; });
  };
  // The fields show what is chosen.
  const show = () => {
    for (const name of Object.keys(NOTHING).filter((name) => name !== "sort")) {
      const isUnknown = state[name] === UNKNOWN && `${name}?` in fields;
      if (`${name}?` in fields) fields[`${name}?`].checked = isUnknown;
      fields[name].value = isUnknown ? "" : state[name];
    }
    rest();
  };
  const take = () => {
    state = { ...state };
    for (const name of Object.keys(NOTHING).filter((name) => name !== "sort")) state[name] = fields[`${name}?`]?.checked ? UNKNOWN : fields[name].disabled ? "" : fields[name].value;
    rest();
  };
  // A new entry for each choice that is made; what is typed changes the one that is there.
  const note = (isNew) => {
    const address = written(state);
    if (address !== location.hash) history[isNew ? "pushState" : "replaceState"](null, "", address);
  };
  let typing = false;
  filters.addEventListener("input", (event) => {
    take();
    const isTyped = event.target.tagName === "INPUT" && event.target.type !== "checkbox";
    note(!isTyped || !typing);
    typing = isTyped;
    renew();
  });
  filters.addEventListener("change", () => { typing = false; });
  clear.addEventListener("click", () => {
    state = { ...NOTHING, sort: state.sort };
    show();
    note(true);
    renew();
  });
  const restore = () => {
    const [has, said] = chosen();
    if (!has && location.hash) return;
    // What no field can show does not filter either.
    state = { ...said, sort: COLUMNS.some(([name]) => name === said.sort.replace(/^-/, "")) ? said.sort : NOTHING.sort };
    show();
    take();
    show();
    if (has) note(false);
    renew(history.state?.top ?? 0);
  };
  addEventListener("popstate", restore);
  addEventListener("pagehide", () => history.replaceState({ top: box.scrollTop }, ""));
  let asked = false;
  box.addEventListener("scroll", () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; draw(); });
  });
  for (const [name, title] of COLUMNS) {
    const button = $("button", { type: "button", className: "sort", textContent: title }), head = $("th", { scope: "col", className: NUMBERS.includes(name) ? "n" : "t" }, button);
    head.dataset.name = name;
    button.addEventListener("click", () => {
      const isFirstDown = [...NUMBERS, "created"].includes(name), down = state.sort === name || (isFirstDown && state.sort !== `-${name}`);
      state = { ...state, sort: (down ? "-" : "") + name };
      note(true);
      renew();
    });
    heads.append(head);
  }
  const isHere = section.contains(document.activeElement);
  section.querySelector(".answer").replaceWith(filters, box);
  filters.before(status);
  restore();
  if (isHere) fields.q.focus();
  if (chosen()[0] && location.hash !== "#children") section.scrollIntoView();
}

// They are fetched when somebody comes near, or comes for them.
function childrenWhenSeen(section) {
  if (!section.querySelector("tbody tr")) return;
  if (chosen()[0]) {
    children(section);
    return;
  }
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    children(section);
  }, { rootMargin: "300px" });
  seen.observe(section);
}
