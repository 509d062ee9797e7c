// The source of a page that needs nobody: a whole forest in arrays, over which it does what `view.rs` and `about.rs` do over a
// snapshot. `packed.rs` says what the bytes are; a test compares both.

const LEAST = 3, OPEN = 400, SIDES = 8, ROOT = 5, FAMILY = 6, UNLISTED = 8, COUNTED = 16, FURTHER = 32;
const KINDS = { family: 0, owner: 1, model: 2, block: 3, rest: 4, itself: 5 };
const RELATIONS = ['unstated', 'finetune', 'quantized', 'adapter', 'merge', 'root'];

// Numbers of seven bits a byte, the lowest first.
function numbers(bytes, into) {
  for (let at = 0, i = 0; i < into.length; i++) {
    let byte = bytes[at++], value = byte & 127, scale = 128;
    for (; byte > 127; scale *= 128) value += ((byte = bytes[at++]) & 127) * scale;
    into[i] = value;
  }
  return into;
}

async function unpack(base64) {
  const packed = await fetch('data:application/octet-stream;base64,' + base64);
  const stream = packed.body.pipeThrough(new DecompressionStream('gzip'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const text = (part) => new TextDecoder().decode(part);
  let from = bytes.indexOf(10) + 1;
  const header = JSON.parse(text(bytes.subarray(0, from))), columns = {};
  for (const [name, length] of header.columns) columns[name] = bytes.subarray(from, from += length);

  const all = header.nodes;
  const { flags, countries, months } = columns;
  const slots = numbers(columns.slots, new Uint32Array(all)), up = new Uint32Array(all);
  const downloads = numbers(columns.downloads, new Float64Array(all)), sums = new Float64Array(all + 1);
  const licences = numbers(columns.licences, new Uint32Array(all));
  const names = text(columns.names), starts = new Uint32Array(all + 1);
  for (let node = 0, open = [0]; node < all; node++) {
    while (node >= open.at(-1) + slots[open.at(-1)]) open.pop();
    up[node] = open.at(-1);
    if (slots[node] > 1 && node) open.push(node);
    starts[node + 1] = names.indexOf('\n', starts[node]) + 1;
    sums[node + 1] = sums[node] + Math.max(0, downloads[node] - 1);
  }
  const lower = names.toLowerCase();
  const name = (node) => node < all ? names.slice(starts[node], starts[node + 1] - 1) : header.outside[node - all];
  const isModel = (node) => (flags[node] & 7) < FAMILY;
  const isGroup = (node) => node > 0 && !isModel(node);
  const groups = [];
  for (let node = 1; node < all; node += slots[node]) groups.push(node);
  const models = (node) => slots[node] - (node ? +isGroup(node) : 1 + groups.length);

  // Facts are of the models that have descendants.
  const place = new Int32Array(all).fill(-1);
  let counted = 0;
  for (let node = 0; node < all; node++) if (isModel(node) && flags[node] & COUNTED) place[node] = counted++;
  const facts = {};
  for (const what of ['direct', 'descendants', ...RELATIONS.slice(0, 5), 'authors', 'below', 'known']) {
    facts[what] = numbers(columns[what], new Float64Array(counted));
  }
  const fact = (what, node) => place[node] < 0 ? 0 : facts[what][place[node]];

  // The class of a node, by what colours tell.
  const { words } = header;
  words.relation = RELATIONS;
  const licenceClass = [words.licence.length - 1, ...header.licences.map(([, word]) => words.licence.indexOf(word))];
  const classOf = {
    relation: (node) => flags[node] & 7,
    licence: (node) => licenceClass[licences[node]],
    country: (node) => countries[node],
    month: (node) => months[node],
    downloads: (node) => downloads[node] ? Math.min(7, downloads[node] > 1 ? 1 + Math.floor(Math.log10(downloads[node] - 1) + 1e-9) : 0) : 8,
  };

  // What is right below a node: first what has something below it, then the rest, side by side.
  function below(node) {
    const inner = [], end = node + slots[node];
    let at = node + 1;
    for (; at < end && slots[at] > 1; at += slots[at]) inner.push(at);
    return { inner, leaves: at, end };
  }
  function related({ leaves, end }, relation) {
    let from = leaves;
    while (from < end && (flags[from] & 7) < relation) from++;
    let to = from;
    while (to < end && (flags[to] & 7) === relation) to++;
    return [from, to];
  }
  const word = (node) => RELATIONS[flags[node] & 7];
  const address = (node) => (node ? (isModel(node) ? 'model:' : (flags[node] & 7) === FAMILY ? 'family:' : 'owner:') + name(node) : 'hub');

  function find(id) {
    // The top, which stands first, has no name.
    const wanted = `\n${id.toLowerCase()}\n`;
    for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
      const node = nodeAt(at + 1);
      if (isModel(node)) return node;
    }
  }
  function nodeAt(position) {
    let low = 0, high = all;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= position) low = middle; else high = middle;
    }
    return low;
  }
  // What an address leads to: a node, perhaps a block below it, and how many entries are skipped.
  function spot(at) {
    const [kind, ...more] = at.split(':'), rest = more.join(':');
    if (kind === 'hub') return { node: 0, skipped: 0 };
    if (kind === 'alone') return { alone: true, skipped: 0 };
    if (kind === 'model') return { node: find(rest), skipped: 0 };
    if (kind === 'rest' || kind === 'block') {
      const inner = spot(more.slice(1).join(':'));
      if (kind === 'rest') return { ...inner, skipped: +more[0] };
      return { ...inner, block: RELATIONS.indexOf(more[0]) };
    }
    const wanted = at.toLowerCase();
    return { node: groups.find((node) => address(node).toLowerCase() === wanted), skipped: 0 };
  }
  function pathOf(node) {
    const path = [];
    for (let at = node; at; at = up[at]) path.unshift(address(at));
    return ['hub', ...path];
  }
  const label = (at) => at === 'hub' ? header.title : at === 'alone' ? 'Models without a link' : at === 'owner:' ? 'without an owner'
    : at.startsWith('rest:') ? 'the rest' : at.split(':')[0] === 'block' ? at.split(':')[1] : at.slice(at.indexOf(':') + 1);

  function view(at, size, colour, area, most) {
    const { node, block, alone, skipped } = spot(at);
    if (alone) return lonely(at, area, most);
    if (node === undefined) return null;
    const isLoads = size === 'downloads', of = classOf[colour], marks = [];
    const weigh = (from, to, count) => isLoads ? sums[to] - sums[from] : count;
    const entry = (node) => ({ kind: isModel(node) ? 'model' : (flags[node] & 7) === FAMILY ? 'family' : 'owner', from: node,
      to: node + slots[node], models: models(node), weight: weigh(node, node + slots[node], models(node)) });
    const heaviest = (entries) => entries.sort((a, b) => b.weight - a.weight || a.from - b.from);
    function entries(node) {
      const under = below(node), found = under.inner.map(entry);
      for (let from = under.leaves; from < under.end;) {
        const [, to] = related({ leaves: from, end: under.end }, flags[from] & 7);
        found.push({ kind: to - from > 1 ? 'block' : 'model', from, to, models: to - from, weight: weigh(from, to, to - from) });
        from = to;
      }
      return heaviest(found);
    }
    let shown, own = -1;
    if (block === undefined) {
      shown = entries(node);
      own = isModel(node) && !skipped ? node : -1;
    } else {
      const [from, to] = related(below(node), block);
      const load = (node) => sums[node + 1] - sums[node];
      shown = Array.from({ length: to - from }, (_, at) => entry(from + at)).sort((a, b) => load(b.from) - load(a.from) || a.from - b.from);
    }
    shown = shown.slice(skipped);
    const total = (what) => shown.reduce((sum, entry) => sum + entry[what], 0);
    const ownWeight = own < 0 ? 0 : weigh(own, own + 1, 1);
    const weight = total('weight') + ownWeight, scale = area / Math.max(1, weight);

    const counts = new Map();
    const count = (from, to) => { for (let at = from; at < to; at++) if (isModel(at)) counts.set(of(at), (counts.get(of(at)) || 0) + 1); };
    shown.forEach(({ from, to }) => count(from, to));
    if (own >= 0) count(own, own + 1);
    const classes = [...counts].map(([code, models]) => [code, words[colour][code], models]);
    classes.sort(colour === 'relation' ? (a, b) => b[2] - a[2] || a[0] - b[0] : (a, b) => a[0] - b[0]);

    function mark(within, { kind, from, to, models, weight }) {
      const isOne = kind === 'model' || kind === 'itself';
      let told = [];
      if (colour !== 'relation' && isOne) told = [of(from)];
      if (colour !== 'relation' && kind === 'block') {
        const counts = [];
        for (let at = from; at < to; at++) counts[of(at)] = (counts[of(at)] || 0) + 1;
        counts.forEach((count, code) => told.push(code, count));
      }
      marks.push([within, KINDS[kind], kind === 'block' ? word(from) : kind === 'rest' ? '' : name(from), models, weight,
        isOne ? fact('descendants', from) : 0, kind === 'rest' || !isModel(from) ? ROOT : flags[from] & 7, told]);
    }
    const open = [];
    const isAfter = (a, b) => a.weight > b.weight || (a.weight === b.weight && a.node < b.node);
    function fill(within, entries, visible, own) {
      if (isLoads && own >= 0 && weigh(own, own + 1) * scale >= LEAST) {
        mark(within, { kind: 'itself', from: own, to: own + 1, models: 1, weight: weigh(own, own + 1) });
      }
      for (const entry of entries.slice(0, visible)) {
        if (entry.kind !== 'block' && entry.to - entry.from > 1) {
          const next = { weight: entry.weight, node: entry.from, mark: marks.length };
          let low = 0, high = open.length;
          while (low < high) { const middle = (low + high) >> 1; if (isAfter(open[middle], next)) high = middle; else low = middle + 1; }
          open.splice(low, 0, next);
        }
        mark(within, entry);
      }
      const rest = entries.slice(visible);
      if (rest.length) mark(within, rest.reduce((sum, { models, weight }) =>
        ({ ...sum, models: sum.models + models, weight: sum.weight + weight }), { kind: 'rest', from: 0, to: 0, models: 0, weight: 0 }));
    }
    const side = shown.every(({ from, to }) => to - from === 1) ? Math.max(0, most - 2) : Math.max(1, Math.floor(most / SIDES));
    const seen = (entries) => { let at = 0; while (at < Math.min(side, entries.length) && entries[at].weight * scale >= LEAST) at++; return at; };
    fill(-1, shown, seen(shown), ownWeight > 0 ? own : -1);
    while (open.length) {
      const { weight, node, mark } = open.pop();
      if (weight * scale < OPEN) break;
      const inside = entries(node), visible = seen(inside);
      if (visible && marks.length + visible + (visible < inside.length) + isLoads <= most) fill(mark, inside, visible, isModel(node) ? node : -1);
    }
    const path = pathOf(node), place = skipped ? at.slice(at.indexOf(':', 5) + 1) : at;
    if (block !== undefined) path.push(place);
    if (place !== at) path.push(at);
    return { at, path: path.map((at) => [at, label(at)]), models: total('models') + (own >= 0), weight, classes, marks, skipped,
      descendants: own < 0 ? null : fact('descendants', own), alone: node || block !== undefined || skipped ? 0 : header.alone.models };
  }

  // Models without a link, by their owners.
  function lonely(at, area, most) {
    const names = text(columns.owners).split('\n').slice(0, -1), counts = numbers(columns.alone, new Float64Array(names.length));
    const all = header.alone.models, marks = [];
    let shown = 0;
    for (; shown < Math.min(header.alone.owners, most - 1) && counts[shown] * area >= LEAST * all; shown++) {
      marks.push([-1, 1, names[shown], counts[shown], counts[shown], 0, ROOT, []]);
    }
    const rest = all - marks.reduce((sum, mark) => sum + mark[3], 0);
    if (rest > 0) marks.push([-1, 4, '', rest, rest, 0, ROOT, []]);
    return { at, path: ['hub', 'alone'].map((at) => [at, label(at)]), models: all, weight: all, classes: [], marks, skipped: 0, descendants: null, alone: 0 };
  }

  // The parents of each model that has others than the one above it, and the children of these.
  const parents = new Map(), others = new Map();
  const links = columns.further;
  for (let at = 0, child = 0; at < links.length;) {
    const next = () => { let value = 0, scale = 1, byte; do { byte = links[at++]; value += (byte & 127) * scale; scale *= 128; } while (byte > 127); return value; };
    child += next();
    const list = [];
    for (let left = next(); left; left--) list.push([next(), links[at++]]);
    parents.set(child, list);
    for (const [parent, relation] of list) others.get(parent)?.push([child, relation]) ?? others.set(parent, [[child, relation]]);
  }
  const parentsOf = (node) => node >= all ? [] : parents.get(node) || (isModel(up[node]) && up[node] ? [[up[node], flags[node] & 7]] : []);
  const told = (node) => node >= all ? { id: name(node), listed: null, licence: null, month: '', downloads: null, descendants: null, path: [] }
    : { id: name(node), listed: !(flags[node] & UNLISTED), licence: licences[node] ? header.licences[licences[node] - 1][0] : null,
      month: words.month[months[node]], downloads: downloads[node] ? downloads[node] - 1 : null, descendants: fact('descendants', node) };
  function fullPath(node) {
    if (node >= all) return [];
    const path = pathOf(node), under = below(up[node]);
    if (node >= under.leaves) {
      const [from, to] = related(under, flags[node] & 7);
      if (to - from > 1) path.splice(-1, 0, `block:${word(node)}:${address(up[node])}`);
    }
    return path;
  }
  const MOST_UP = 200;
  function model(id) {
    const node = find(id);
    if (node === undefined) return null;
    const nodes = [node], links = [], left = new Set();
    for (let at = 0; at < nodes.length; at++) {
      for (const [parent, relation] of parentsOf(nodes[at])) {
        let place = nodes.indexOf(parent);
        if (place < 0 && nodes.length > MOST_UP) { left.add(parent); continue; }
        if (place < 0) place = nodes.push(parent) - 1;
        links.push([at, place, relation]);
      }
    }
    const near = 1 + links.filter(([child]) => !child).length;
    return { path: fullPath(node), placed: slots[node] - 1, direct: fact('direct', node), descendants: fact('descendants', node),
      by_relation: RELATIONS.slice(0, 5).map((what) => fact(what, node)), authors: fact('authors', node),
      downloads: [fact('below', node), fact('known', node)],
      country: countries[node] < words.country.length - 1 ? words.country[countries[node]] : null,
      up: { models: nodes.map((node, at) => ({ ...told(node), path: at < near ? fullPath(node) : [] })), links, left_out: left.size } };
  }
  function children(id) {
    const node = find(id), found = [...(others.get(node) || [])], end = node + slots[node];
    for (let at = node + 1; at < end; at += slots[at]) if (!(flags[at] & FURTHER)) found.push([at, flags[at] & 7]);
    const rows = found.map(([child, relation]) => {
      const { id, licence, month, downloads, descendants } = told(child);
      return [id, relation, licence, month, downloads, descendants];
    });
    const key = (id) => id.toLowerCase();
    return rows.sort((a, b) => b[5] - a[5] || (b[4] ?? -1) - (a[4] ?? -1) || (key(a[0]) < key(b[0]) ? -1 : 1));
  }
  // Those that have all the words in their ids, in any order; with most descendants first.
  function search(wanted) {
    const [first, ...more] = wanted.toLowerCase().split(/\s+/).filter(Boolean).sort((a, b) => b.length - a.length);
    const found = [];
    if (!first) return found;
    for (let at = lower.indexOf(first); at >= 0;) {
      const node = nodeAt(at), line = lower.slice(starts[node], starts[node + 1] - 1);
      if (isModel(node) && more.every((word) => line.includes(word))) found.push([fact('descendants', node), node]);
      at = lower.indexOf(first, starts[node + 1]);
    }
    found.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
    return found.slice(0, 50).map(([descendants, node]) => ({ id: name(node), descendants }));
  }
  return { view, model, children, search, start: header.start, words };
}

const about = JSON.parse(byId('about').textContent);
const packed = byId('data');
const source = await unpack(packed.textContent);
packed.remove();
await explore(source, { ...about, start: source.start });
