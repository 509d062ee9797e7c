// Elements, colours, and where marks stand on the page.

const byId = (id) => document.getElementById(id);
const grouped = (count) => count.toLocaleString('en-US');
const counted = (count, noun) => `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
const on = (target, types, act, options) => types.split(' ').forEach((type) => target.addEventListener(type, act, options));
// An element with attributes (`on...` are handlers, null and false are none) and what is in it.
function make(tag, attributes = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) on(made, name.slice(2), value);
    else if (name === 'style') Object.assign(made.style, value);
    else if (value != null && value !== false) made.setAttribute(name, value);
  }
  made.append(...inside.flat().filter((part) => part != null && part !== false));
  return made;
}
const say = (...inside) => make('p', {}, inside);
const big = (count, noun) => make('span', { class: 'big' }, counted(count, noun));
const faint = (...inside) => make('span', { class: 'faint' }, inside);
const swatch = (colour, width) => make('span', { class: 'swatch', style: { background: colour, width } });
const link = (text, act) => make('button', { class: 'link', onclick: act }, text);

// Colours that people tell apart whatever their eyes (Okabe and Ito), and a scale of one direction (viridis).
const RANKED = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9', '#f0e442'];
const SCALE = ['#440154', '#46327e', '#365c8d', '#277f8e', '#1fa187', '#4ac16d', '#a0da39', '#fde725'];
const [BLUE, ORANGE, GREEN, PINK, RED] = RANKED, GREY = '#a9b0b8', OTHERS = '#6b727a';
const COLOURS = { unstated: GREY, finetune: BLUE, quantized: ORANGE, adapter: GREEN, merge: PINK, root: '#66707b', permissive: GREEN, copyleft: BLUE,
  restricted: ORANGE, commercial: RED, unclassed: PINK, 'none stated': GREY, 'not known': GREY, 'without a date': GREY };
const RELATION = ['unstated', 'finetune', 'quantized', 'adapter', 'merge', 'root'], SHOWN = [1, 2, 3, 4, 0];
const THEMES = [{ page: '#ffffff', well: '#e9ecef', head: '#c9ced5', ink: '#16191d' },
  { page: '#14171a', well: '#22272d', head: '#3b434c', ink: '#e8eaed' }];
const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
function memo(find) {
  const known = {};
  return (one, other) => known[one + other] ??= find(one, other);
}
// A head is paler than what it stands above.
const pale = memo((colour, page) => '#' + rgb(colour).map((value, at) => Math.round(value * 0.45 + rgb(page)[at] * 0.55).toString(16).padStart(2, 0)).join(''));
// Black or white, whichever is read better on a colour.
const inkOn = memo((colour) => {
  const [r, g, b] = rgb(colour).map((value) => (value / 255) ** 2.2);
  return 0.21 * r + 0.72 * g + 0.07 * b > 0.2 ? '#000' : '#fff';
});

const GROUP = 2, MODEL = 2, BLOCK = 3, REST = 4, ITSELF = 5, MARKS = 5000, LABELS = 200, HEAD = 18;

// Rectangles that are as square as can be (Bruls, Huizing and van Wijk, 2000), the largest first; the rest is in the last corner.
function squarify(items, x, y, w, h) {
  const sorted = [...items].sort((a, b) => (a.kind === REST) - (b.kind === REST) || b.weight - a.weight);
  let left = sorted.reduce((sum, { weight }) => sum + weight, 0);
  for (let at = 0; at < sorted.length && left > 0;) {
    const short = Math.min(w, h), scale = w * h / left;
    let end = at, sum = 0, worst = Infinity;
    for (; end < sorted.length; end++) {
      const side = (sum + sorted[end].weight) * scale / short;
      const next = Math.max(sorted[at].weight * scale / side ** 2, side ** 2 / (sorted[end].weight * scale));
      if (!(next <= worst) && end > at) break;
      worst = next;
      sum += sorted[end].weight;
    }
    const side = short > 0 ? sum * scale / short : 0, isWide = w >= h;
    for (let along = isWide ? y : x; at < end; at++) {
      const long = sum > 0 ? sorted[at].weight / sum * short : 0;
      Object.assign(sorted[at], isWide ? { x, y: along, w: side, h: long } : { x: along, y, w: long, h: side });
      along += long;
    }
    if (isWide) { x += side; w -= side; } else { y += side; h -= side; }
    left -= sum;
  }
}

// A view with the place of each mark on the page.
function lay(view, w, h) {
  const top = { kids: [], at: view.at.replace(/^rest:\d+:/, ''), x: 0, y: 0, w, h }, places = new Map();
  const marks = view.marks.map(([within, kind, text, models, weight, descendants, relation, classes]) =>
    ({ within, kind, text, models, weight, descendants, relation, classes, kids: [], x: 0, y: 0, w: 0, h: 0 }));
  for (const mark of marks) {
    const up = mark.up = marks[mark.within] ?? top;
    // How many stand before what is the rest.
    const skipped = up.kids.filter(({ kind }) => kind !== ITSELF).length + (up === top ? view.skipped : 0);
    up.kids.push(mark);
    mark.at = view.at === 'alone' ? null : [`family:${mark.text}`, `owner:${mark.text}`, `model:${mark.text}`, `block:${mark.text}:${up.at}`,
      `rest:${skipped}:${up.at}`, null][mark.kind];
    if (mark.at) places.set(mark.at, mark);
  }
  squarify(top.kids, 0, 0, w, h);
  for (const mark of marks) {
    mark.isOpen = mark.at !== null && (mark.kind !== MODEL || mark.models > 1);
    if (!mark.kids.length) continue;
    const pad = Math.min(mark.w, mark.h) > 90 ? 3 : Math.min(mark.w, mark.h) > 40 ? 2 : 1;
    mark.head = mark.h >= 44 && mark.w >= 40 ? HEAD : Math.min(4, mark.h / 5);
    squarify(mark.kids, mark.x + pad, mark.y + mark.head, Math.max(0, mark.w - 2 * pad), Math.max(0, mark.h - mark.head - pad));
  }
  return { view, marks, top, places, w, h, words: new Map(view.classes.map(([code, word]) => [code, word])) };
}

const shortName = ({ text }) => text.slice(text.indexOf('/') + 1) || 'without an owner';
const nameOf = (mark) => mark.kind === BLOCK ? `${grouped(mark.models)} ${mark.text}` : mark.kind === REST ? `${grouped(mark.models)} more`
  : mark.kind === ITSELF ? 'itself' : shortName(mark);
// The exact count, and how many of these are placed there where that is another number.
function countOf({ kind, descendants, models }, isLong) {
  if (kind < GROUP) return grouped(models);
  if (kind !== MODEL || !(descendants || models > 1)) return '';
  return grouped(descendants) + (isLong && models - 1 !== descendants ? ` (${grouped(models - 1)} here)` : '');
}
