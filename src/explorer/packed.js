// The source of a page that needs nobody: a whole forest in arrays, over which it does what `view.rs` and `about.rs` do over a snapshot.
// `packed.rs` says what the bytes are; a test compares both.

const LEAST = 3, OPEN = 400, SIDES = 8, MOST_UP = 200, ROOT = 5, FAMILY = 6, UNLISTED = 8, COUNTED = 16, FURTHER = 32;

// Reads numbers of seven bits a byte, the lowest first.
function reader(bytes) {
  let at = 0;
  const byte = () => bytes[at++], isEnd = () => at >= bytes.length;
  const number = () => {
    let next = bytes[at++], value = next & 127;
    for (let scale = 128; next > 127; scale *= 128) value += ((next = bytes[at++]) & 127) * scale;
    return value;
  };
  return { byte, isEnd, number, all: (into) => into.map(number) };
}

async function unpack(base64) {
  const stream = (await fetch('data:;base64,' + base64)).body.pipeThrough(new DecompressionStream('gzip'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer()), text = (part) => new TextDecoder().decode(part), columns = {};
  let from = bytes.indexOf(10) + 1;
  const header = JSON.parse(text(bytes.subarray(0, from))), { nodes: all, words, outside } = header;
  for (const [name, length] of header.columns) columns[name] = bytes.subarray(from, from += length);
  const column = (name, into) => reader(columns[name]).all(into);

  const { flags, countries, months } = columns, names = text(columns.names), lower = names.toLowerCase();
  const slots = column('slots', new Uint32Array(all)), licences = column('licences', new Uint32Array(all)), downloads = column('downloads', new Float64Array(all));
  const up = new Uint32Array(all), starts = new Uint32Array(all + 1), sums = new Float64Array(all + 1), places = new Int32Array(all).fill(-1), facts = {};
  let counted = 0;
  for (let node = 0, open = [0]; node < all; node++) {
    while (node >= open.at(-1) + slots[open.at(-1)]) open.pop();
    up[node] = open.at(-1);
    if (slots[node] > 1 && node) open.push(node);
    starts[node + 1] = names.indexOf('\n', starts[node]) + 1;
    sums[node + 1] = sums[node] + Math.max(0, downloads[node] - 1);
    if (flags[node] & COUNTED) places[node] = counted++;
  }
  for (const what of ['direct', 'descendants', ...RELATION.slice(0, ROOT), 'authors', 'below', 'known']) facts[what] = column(what, new Float64Array(counted));
  const fact = (what, node) => places[node] < 0 ? 0 : facts[what][places[node]];
  const code = (node) => flags[node] & 7, isModel = (node) => code(node) < FAMILY;
  const name = (node) => node < all ? names.slice(starts[node], starts[node + 1] - 1) : outside[node - all];
  const address = (node) => node ? ['model:', 'family:', 'owner:'][Math.max(0, code(node) - ROOT)] + name(node) : 'hub';
  const groups = [];
  for (let node = 1; node < all; node += slots[node]) groups.push(node);
  const models = (node) => slots[node] - (node ? +!isModel(node) : 1 + groups.length);

  // The class of a node, by what colours tell.
  const classes = [words.licence.length - 1, ...header.licences.map(([, word]) => words.licence.indexOf(word))];
  const tens = (loads) => loads < 1 ? 0 : Math.min(7, String(loads).length);
  const classOf = { relation: code, licence: (node) => classes[licences[node]], country: (node) => countries[node], month: (node) => months[node],
    downloads: (node) => downloads[node] ? tens(downloads[node] - 1) : 8 };
  words.relation = RELATION;

  // What is right below a node: what has something below it, and then the rest, side by side by relation.
  function below(node) {
    const inner = [], runs = [], end = node + slots[node];
    let at = node + 1;
    for (; at < end && slots[at] > 1; at += slots[at]) inner.push(at);
    for (let from = at; at < end; from = at) {
      while (at < end && code(at) === code(from)) at++;
      runs.push([from, at]);
    }
    return { inner, runs };
  }
  const run = (node, relation) => below(node).runs.find(([from]) => code(from) === relation) ?? [0, 0];
  function nodeAt(position) {
    let low = 0, high = all;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= position) low = middle; else high = middle;
    }
    return low;
  }
  function find(id) {
    // The top, which stands first, has no name.
    const wanted = `\n${id.toLowerCase()}\n`;
    for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) if (isModel(nodeAt(at + 1))) return nodeAt(at + 1);
  }
  // What an address leads to: a node, perhaps a block below it, and how many entries are skipped.
  function spot(at) {
    const [, kind, first, inner] = at.match(/^(rest|block):([^:]*):(.*)/) ?? [];
    if (kind) return { ...spot(inner), ...(kind === 'rest' ? { skipped: +first } : { block: RELATION.indexOf(first) }) };
    const group = () => groups.find((node) => address(node).toLowerCase() === at.toLowerCase());
    return { skipped: 0, node: at === 'hub' ? 0 : at.startsWith('model:') ? find(at.slice(6)) : group() };
  }
  function pathOf(node) {
    const nodes = [];
    for (let at = node; at; at = up[at]) nodes.push(at);
    nodes.splice(61, nodes.length - 62);
    return ['hub', ...nodes.reverse().map(address)];
  }
  const titles = { hub: header.title, alone: 'Models without a link', 'owner:': 'without an owner' };
  const titled = (path) => path.map((at) => [at, titles[at] ?? (at.startsWith('rest:') ? 'the rest' : at.match(/^block:([^:]*)|:(.*)/).slice(1).join(''))]);

  function view(at, size, colour, area, most) {
    if (at === 'alone') return alone(area, most);
    const { node, block, skipped } = spot(at), isLoads = size === 'downloads', of = classOf[colour], marks = [], open = [];
    if (node === undefined) return null;
    const weigh = (from, to, count) => isLoads ? sums[to] - sums[from] : count;
    const entry = (kind, from, to, models) => ({ kind, from, to, models, weight: weigh(from, to, models) });
    const whole = (node) => entry([MODEL, 0, 1][Math.max(0, code(node) - ROOT)], node, node + slots[node], models(node));
    const entries = (node) => {
      const { inner, runs } = below(node), found = [...inner.map(whole), ...runs.map(([from, to]) => entry(to - from > 1 ? BLOCK : MODEL, from, to, to - from))];
      return found.sort((a, b) => b.weight - a.weight || a.from - b.from);
    };
    let shown, own = -1;
    if (block === undefined) {
      shown = entries(node);
      if (isModel(node) && !skipped) own = node;
    } else {
      const [from, to] = run(node, block), load = ({ from }) => sums[from + 1] - sums[from];
      shown = Array.from({ length: to - from }, (_, at) => whole(from + at)).sort((a, b) => load(b) - load(a) || a.from - b.from);
    }
    shown = shown.slice(skipped);
    const total = (what) => shown.reduce((sum, entry) => sum + entry[what], 0), ownWeight = own < 0 ? 0 : weigh(own, own + 1, 1);
    const weight = total('weight') + ownWeight, scale = area / Math.max(1, weight);
    const count = (counts, from, to) => { for (let at = from; at < to; at++) if (isModel(at)) counts[of(at)] = (counts[of(at)] ?? 0) + 1; };
    const occurring = [];
    for (const { from, to } of shown) count(occurring, from, to);
    if (own >= 0) count(occurring, own, own + 1);
    const told = occurring.map((models, code) => [code, words[colour][code], models]).filter(Boolean);
    if (colour === 'relation') told.sort((a, b) => b[2] - a[2] || a[0] - b[0]);

    function mark(within, { kind, from, to, models, weight }) {
      const isOne = kind === MODEL || kind === ITSELF, counts = [];
      if (kind === BLOCK && of !== code) count(counts, from, to);
      marks.push([within, kind, kind === BLOCK ? RELATION[code(from)] : kind === REST ? '' : name(from), models, weight, isOne ? fact('descendants', from) : 0,
        kind === REST ? ROOT : Math.min(ROOT, code(from)), isOne && of !== code ? [of(from)] : counts.flatMap((count, code) => [code, count])]);
    }
    function fill(within, entries, visible, own) {
      const weight = own < 0 ? 0 : weigh(own, own + 1);
      if (isLoads && weight * scale >= LEAST) mark(within, { kind: ITSELF, from: own, models: 1, weight });
      for (const entry of entries.slice(0, visible)) {
        if (entry.kind !== BLOCK && entry.to - entry.from > 1 && entry.weight * scale >= OPEN) open.push({ ...entry, mark: marks.length });
        mark(within, entry);
      }
      const rest = entries.slice(visible), sum = (what) => rest.reduce((sum, entry) => sum + entry[what], 0);
      if (rest.length) mark(within, { kind: REST, models: sum('models'), weight: sum('weight') });
    }
    const side = shown.every(({ from, to }) => to - from === 1) ? Math.max(0, most - 2) : Math.max(1, Math.floor(most / SIDES));
    const seen = (entries) => { let at = 0; while (at < Math.min(side, entries.length) && entries[at].weight * scale >= LEAST) at++; return at; };
    fill(-1, shown, seen(shown), ownWeight > 0 ? own : -1);
    while (open.length) {
      const first = open.reduce((best, { weight, from }, at) => weight > open[best].weight || (weight === open[best].weight && from < open[best].from) ? at : best, 0);
      const [{ from, mark }] = open.splice(first, 1);
      const inside = entries(from), visible = seen(inside);
      if (visible && marks.length + visible + (visible < inside.length) + isLoads <= most) fill(mark, inside, visible, isModel(from) ? from : -1);
    }
    const base = at.replace(/^rest:\d+:/, ''), path = [...pathOf(node), ...(block === undefined ? [] : [base]), ...(base === at ? [] : [at])];
    return { at, path: titled(path), models: total('models') + (own >= 0), weight, classes: told, marks, skipped, descendants: own < 0 ? null : fact('descendants', own),
      alone: at === 'hub' ? header.alone.models : 0 };
  }
  // Models without any link, by their owners.
  function alone(area, most) {
    const { models, owners } = header.alone, marks = [];
    let rest = models;
    for (const [owner, count] of owners.slice(0, most - 1)) {
      if (count * area < LEAST * models) break;
      marks.push([-1, 1, owner, count, count, 0, ROOT, []]);
      rest -= count;
    }
    if (rest > 0) marks.push([-1, REST, '', rest, rest, 0, ROOT, []]);
    return { at: 'alone', path: titled(['hub', 'alone']), models, weight: models, classes: [], marks, skipped: 0, descendants: null, alone: 0 };
  }

  // The parents of each model that has others than the one above it, and the children of these.
  const parents = new Map(), others = new Map(), links = reader(columns.further);
  for (let child = 0; !links.isEnd();) {
    child += links.number();
    parents.set(child, Array.from({ length: links.number() }, () => [links.number(), links.byte()]));
    for (const [parent, relation] of parents.get(child)) (others.get(parent) ?? others.set(parent, []).get(parent)).push([child, relation]);
  }
  const parentsOf = (node) => parents.get(node) ?? (node < all && isModel(up[node]) && up[node] ? [[up[node], code(node)]] : []);
  const ofOne = (node) => node >= all ? { id: name(node), listed: null } : { id: name(node), listed: !(flags[node] & UNLISTED),
    licence: header.licences[licences[node] - 1]?.[0] ?? null, month: words.month[months[node]], downloads: downloads[node] ? downloads[node] - 1 : null, descendants: fact('descendants', node) };
  function wayTo(node) {
    if (node >= all) return [];
    const path = pathOf(node), [from, to] = run(up[node], code(node));
    if (to - from > 1 && node >= from && node < to) path.splice(-1, 0, `block:${RELATION[code(node)]}:${address(up[node])}`);
    return path;
  }
  function model(id) {
    const node = find(id), nodes = [node], links = [], left = new Set();
    if (node === undefined) return null;
    for (let at = 0; at < nodes.length; at++) for (const [parent, relation] of parentsOf(nodes[at])) {
      let place = nodes.indexOf(parent);
      if (place < 0 && nodes.length > MOST_UP) { left.add(parent); continue; }
      if (place < 0) place = nodes.push(parent) - 1;
      links.push([at, place, relation]);
    }
    const near = links.filter(([child]) => !child).length;
    return { path: wayTo(node), placed: slots[node] - 1, direct: fact('direct', node), descendants: fact('descendants', node), by_relation: RELATION.slice(0, ROOT).map((what) => fact(what, node)),
      authors: fact('authors', node), downloads: [fact('below', node), fact('known', node)], country: words.country.slice(0, -1)[countries[node]] ?? null,
      up: { models: nodes.map((node, at) => ({ ...ofOne(node), path: at <= near ? wayTo(node) : [] })), links, left_out: left.size } };
  }
  function children(id) {
    const node = find(id), found = [...others.get(node) ?? []];
    for (let at = node + 1; at < node + slots[node]; at += slots[at]) if (!(flags[at] & FURTHER)) found.push([at, code(at)]);
    const rows = found.map(([child, relation]) => [ofOne(child), relation]);
    return rows.map(([{ id, licence, month, downloads, descendants }, relation]) => [id, relation, licence, month, downloads, descendants]).sort((a, b) => b[5] - a[5] || (b[4] ?? -1) - (a[4] ?? -1) || (a[0].toLowerCase() < b[0].toLowerCase() ? -1 : 1));
  }
  // Those that have all the words in their ids, in any order; with most descendants first.
  function search(wanted) {
    const [first, ...more] = wanted.toLowerCase().split(/\s+/).sort((a, b) => b.length - a.length), found = [];
    for (let at = lower.indexOf(first); at >= 0;) {
      const node = nodeAt(at), line = lower.slice(starts[node], starts[node + 1]);
      if (isModel(node) && more.every((word) => line.includes(word))) found.push([fact('descendants', node), node]);
      at = lower.indexOf(first, starts[node + 1]);
    }
    return found.sort((a, b) => b[0] - a[0] || a[1] - b[1]).slice(0, 50).map(([descendants, node]) => ({ id: name(node), descendants }));
  }
  return { view, model, children, search, start: header.start };
}

const packed = byId('data'), source = await unpack(packed.textContent);
packed.remove();
await explore(source, { ...JSON.parse(byId('about').textContent), start: source.start });
