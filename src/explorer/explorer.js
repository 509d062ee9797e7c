// The map, its outline and what is told of a model. A `source` answers: `view(at, size, colour, area, marks)`, `model(id)`,
// `children(id)` and `search(text)`, at once or later; `about` is what the page knows of the snapshot. Whatever a model says of itself is
// put into the page as text alone.

const byId = (id) => document.getElementById(id);
const grouped = (count) => count.toLocaleString('en-US');
const counted = (count, noun) => `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
// An element with attributes (`on...` are handlers, a class is `class`) and what is in it.
function make(tag, attributes = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...inside.filter((part) => part != null && part !== false));
  return made;
}

// Colours that people tell apart whatever their eyes (Okabe and Ito), and a scale of one direction (viridis).
const [BLUE, ORANGE, GREEN, PINK, RED, SKY, YELLOW] = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9', '#f0e442'];
const GREY = '#a9b0b8', OTHERS = '#6b727a', SLATE = '#66707b';
const OF_RELATION = { unstated: GREY, finetune: BLUE, quantized: ORANGE, adapter: GREEN, merge: PINK, root: SLATE };
const OF_LICENCE = { permissive: GREEN, copyleft: BLUE, restricted: ORANGE, commercial: RED, unclassed: PINK };
const RANKED = [BLUE, ORANGE, GREEN, PINK, RED, SKY, YELLOW];
const SCALE = ['#440154', '#46327e', '#365c8d', '#277f8e', '#1fa187', '#4ac16d', '#a0da39', '#fde725'];
const RELATION = ['unstated', 'finetune', 'quantized', 'adapter', 'merge', 'root'];
const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const mixtures = new Map();
function mixed(one, other, part) {
  const key = one + other + part;
  if (!mixtures.has(key)) {
    const to = rgb(other);
    mixtures.set(key, '#' + rgb(one).map((value, i) => Math.round(value + (to[i] - value) * part).toString(16).padStart(2, '0')).join(''));
  }
  return mixtures.get(key);
}
function scaled(part) {
  const at = Math.max(0, Math.min(1, part)) * (SCALE.length - 1), low = Math.min(Math.floor(at), SCALE.length - 2);
  return mixed(SCALE[low], SCALE[low + 1], at - low);
}
function colourOf(scheme, code, word, months) {
  if (scheme === 'relation') return OF_RELATION[word] || GREY;
  if (word === 'not known' || word === 'none stated' || word === 'without a date') return GREY;
  if (scheme === 'licence') return OF_LICENCE[word] || RANKED[code % 7];
  if (scheme === 'country') return RANKED[code] || OTHERS;
  if (scheme === 'month') return scaled(code < 2 ? 0 : (code - 2) / months);
  return scaled(code / 7);
}
// Black or white, whichever is read better on a colour.
const onColour = new Map();
function inkOn(colour) {
  if (!onColour.has(colour)) {
    const [r, g, b] = rgb(colour).map((value) => (value / 255) ** 2.2);
    onColour.set(colour, 0.21 * r + 0.72 * g + 0.07 * b > 0.2 ? '#000' : '#fff');
  }
  return onColour.get(colour);
}

const [FAMILY_MARK, OWNER_MARK, MODEL, BLOCK, REST, ITSELF] = [0, 1, 2, 3, 4, 5];
const HEAD = 18, MARKS = 5000, LABELS = 200;

// Rectangles that are as square as can be (Bruls, Huizing and van Wijk, 2000).
function squarify(items, x, y, w, h) {
  // The largest first; what is left of the others is always in the last corner.
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
    let along = isWide ? y : x;
    for (; at < end; at++) {
      const long = sum > 0 ? sorted[at].weight / sum * short : 0;
      Object.assign(sorted[at], isWide ? { x, y: along, w: side, h: long } : { x: along, y, w: long, h: side });
      along += long;
    }
    if (isWide) { x += side; w -= side; } else { y += side; h -= side; }
    left -= sum;
  }
}

// A view with the place of each mark on the page.
function lay(view, width, height) {
  const base = view.at.startsWith('rest:') ? view.at.slice(view.at.indexOf(':', 5) + 1) : view.at;
  const top = { kids: [], at: base, x: 0, y: 0, w: width, h: height };
  const marks = view.marks.map(([within, kind, text, models, weight, descendants, relation, classes]) =>
    ({ within, kind, text, models, weight, descendants, relation, classes, kids: [], x: 0, y: 0, w: 0, h: 0 }));
  for (const mark of marks) (marks[mark.within] || top).kids.push(mark);
  const places = new Map();
  for (const mark of marks) {
    const container = marks[mark.within] || top;
    mark.up = container;
    const before = () => container.kids.filter(({ kind }) => kind !== REST && kind !== ITSELF).length + (container === top ? view.skipped : 0);
    mark.at = view.at === 'alone' ? null : mark.kind === REST ? `rest:${before()}:${container.at}` : mark.kind === BLOCK ? `block:${mark.text}:${container.at}`
      : mark.kind === ITSELF ? null : ['family:', 'owner:', 'model:'][mark.kind] + mark.text;
    mark.isOpen = mark.at !== null && (mark.kids.length > 0 || mark.kind !== MODEL || mark.models > 1);
    if (mark.at) places.set(mark.at, mark);
  }
  const inside = (mark, pad, head) => squarify(mark.kids, mark.x + pad, mark.y + head, Math.max(0, mark.w - 2 * pad), Math.max(0, mark.h - head - pad));
  inside(top, 0, 0);
  for (const mark of marks.filter(({ kids }) => kids.length)) {
    mark.head = mark.h >= 44 && mark.w >= 40 ? HEAD : Math.min(4, mark.h / 5);
    inside(mark, mark.w > 90 && mark.h > 90 ? 3 : mark.w > 40 && mark.h > 40 ? 2 : 1, mark.head);
  }
  return { view, marks, top, places, width, height };
}

const shortName = ({ kind, text }) => kind === MODEL || kind === ITSELF ? text.slice(text.indexOf('/') + 1) : text || 'without an owner';
function nameOf(mark) {
  if (mark.kind === BLOCK) return `${grouped(mark.models)} ${mark.text}`;
  if (mark.kind === REST) return `${grouped(mark.models)} more`;
  return mark.kind === ITSELF ? 'itself' : shortName(mark);
}
// The exact count, and how many of these are placed below it where that is another number.
function countOf(mark, isLong) {
  if (mark.kind === FAMILY_MARK || mark.kind === OWNER_MARK) return grouped(mark.models);
  if (mark.kind !== MODEL || !(mark.descendants || mark.models > 1)) return '';
  const here = mark.models - 1;
  return grouped(mark.descendants) + (isLong && here !== mark.descendants ? ` (${grouped(here)} here)` : '');
}

function explore(source, about) {
  const stage = byId('stage'), canvas = byId('canvas'), pen = canvas.getContext('2d'), tip = byId('tip'), tree = byId('tree'), panel = byId('panel');
  const isDark = matchMedia('(prefers-color-scheme: dark)'), isCalm = matchMedia('(prefers-reduced-motion: reduce)');
  const FIRST = { at: about.start || 'hub', size: 'descendants', colour: 'relation', sel: '' };
  const months = Math.max(1, about.date ? (about.date.slice(0, 4) - 2022) * 12 + +about.date.slice(5, 7) - 3 : 60);
  let state, scene, camera, hovered = null, told = null, turn = 0, done = -1, frame = 0;

  // ---- the address

  const read = () => ({ ...FIRST, ...Object.fromEntries(new URLSearchParams(location.hash.slice(1))) });
  function written(to) {
    const words = new URLSearchParams();
    for (const key in FIRST) if (to[key] !== FIRST[key]) words.set(key, to[key]);
    // Slashes and colons are plain in a fragment.
    return '#' + words.toString().replace(/%2F/g, '/').replace(/%3A/g, ':');
  }
  function go(change) {
    const to = { ...state, sel: '', ...change }, address = written(to);
    if (address !== written(state)) history.pushState(null, '', address);
    return show(to);
  }
  addEventListener('popstate', () => show(read()));

  async function show(to, isAgain) {
    const mine = ++turn, { clientWidth: width, clientHeight: height } = stage;
    const isSame = !isAgain && scene && ['at', 'size', 'colour'].every((key) => state?.[key] === to[key]);
    state = to;
    byId('size').value = to.size;
    byId('colour').value = to.colour;
    if (!isSame) {
      const view = await source.view(to.at, to.size, to.colour, width * height, MARKS);
      if (mine !== turn) return;
      if (!view) return nowhere(to.at);
      document.title = `${view.path.at(-1)[1]} · modelkin`;
      const before = scene, next = lay(view, width, height);
      breadcrumb(view);
      legend(view);
      canvas.setAttribute('aria-label', `Map of ${view.path.at(-1)[1]}: ${counted(view.models, 'model')}; the outline has the same`);
      hover(null);
      travel(before, next, isAgain);
      outline();
    }
    await tell();
    if (mine === turn) done = turn;
    draw();
  }
  function nowhere(at) {
    panel.replaceChildren(make('p', {}, `Nothing is at ${at} on this map. `, link('See all of it.', () => go({ at: FIRST.at }))));
    byId('path').replaceChildren();
  }
  const link = (text, act, extra = {}) => make('button', { class: 'link', type: 'button', onclick: act, ...extra }, text);
  function breadcrumb({ path }) {
    byId('path').replaceChildren(...path.flatMap(([at, label], i) => i === path.length - 1
      ? [make('span', { 'aria-current': 'location' }, label)] : [link(label, () => go({ at })), make('span', {}, ' › ')]));
  }
  const up = () => scene && scene.view.path.length > 1 && go({ at: scene.view.path.at(-2)[0], sel: '' });

  // ---- the map

  const theme = () => isDark.matches ? { page: '#14171a', well: '#22272d', head: '#3b434c', ink: '#e8eaed', rest: '#39414a' }
    : { page: '#ffffff', well: '#e9ecef', head: '#c9ced5', ink: '#16191d', rest: '#bcc3cb' };
  const words = () => scene.words ||= new Map(scene.view.classes.map(([code, word]) => [code, word]));
  const paint = (code) => colourOf(state.colour, code, state.colour === 'relation' ? RELATION[code] : words().get(code) ?? '', months);
  // A head is paler than what it stands above.
  const pale = (colour) => mixed(colour, theme().page, 0.55);
  function colourOfMark(mark) {
    if (mark.kind === REST) return theme().rest;
    if (mark.kind < MODEL) return theme().head;
    const own = paint(state.colour === 'relation' ? mark.relation : mark.classes[0]);
    return mark.kids.length ? pale(own) : own;
  }
  const onScreen = ({ x, y, w, h }) => {
    const [kx, ky] = [scene.width / camera.w, scene.height / camera.h];
    return [(x - camera.x) * kx, (y - camera.y) * ky, w * kx, h * ky];
  };
  // Measuring takes longer than drawing, so that widths are kept.
  const widths = {};
  let measured;
  function font(size) {
    pen.font = `${size} system-ui, sans-serif`;
    measured = widths[size] ||= new Map();
    if (measured.size > 20000) measured.clear();
  }
  function widthOf(text) {
    if (!measured.has(text)) measured.set(text, pen.measureText(text).width);
    return measured.get(text);
  }
  function fitted(text, width) {
    const whole = widthOf(text);
    if (whole <= width) return text;
    let letters = Math.floor(text.length * width / whole) + 1;
    while (letters > 2 && widthOf(text.slice(0, letters).trimEnd() + '…') > width) letters--;
    return letters > 2 ? text.slice(0, letters).trimEnd() + '…' : '';
  }

  const draw = () => { frame ||= requestAnimationFrame(() => { frame = 0; if (scene) drawn(1); }); };
  function drawn(alpha) {
    const dots = devicePixelRatio || 1, colours = theme();
    if (canvas.width !== Math.round(scene.width * dots) || canvas.height !== Math.round(scene.height * dots)) {
      canvas.width = Math.round(scene.width * dots);
      canvas.height = Math.round(scene.height * dots);
    }
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.globalAlpha = alpha;
    pen.fillStyle = colours.page;
    pen.fillRect(0, 0, scene.width, scene.height);
    const labelled = [];
    for (const mark of scene.marks) {
      const [x, y, w, h] = onScreen(mark);
      if (w < 0.4 || h < 0.4 || x > scene.width || y > scene.height || x + w < 0 || y + h < 0) continue;
      const gap = w > 4 && h > 4 ? 0.5 : 0;
      if (mark.kids.length) {
        const head = mark.head * scene.height / camera.h;
        pen.fillStyle = colours.well;
        pen.fillRect(x + gap, y + gap, w - 2 * gap, h - 2 * gap);
        pen.fillStyle = colourOfMark(mark);
        pen.fillRect(x + gap, y + gap, w - 2 * gap, head - 2 * gap);
      } else if (mark.kind === BLOCK && state.colour !== 'relation') {
        // Each class has its part of the block.
        let from = 0;
        for (let at = 0; at < mark.classes.length; at += 2) {
          const part = mark.classes[at + 1] / mark.models;
          pen.fillStyle = paint(mark.classes[at]);
          if (w > h) pen.fillRect(x + gap + from * (w - 2 * gap), y + gap, part * (w - 2 * gap), h - 2 * gap);
          else pen.fillRect(x + gap, y + gap + from * (h - 2 * gap), w - 2 * gap, part * (h - 2 * gap));
          from += part;
        }
      } else {
        pen.fillStyle = colourOfMark(mark);
        pen.fillRect(x + gap, y + gap, w - 2 * gap, h - 2 * gap);
      }
      if (w >= 38 && h >= 15) labelled.push([w * h, mark, x, y, w, h]);
    }
    label(labelled.sort((a, b) => b[0] - a[0]).slice(0, LABELS));
    const chosen = state.sel && told ? markOf(told.path) : null;
    for (const [mark, width] of [[hovered, 2], [chosen, 3]]) if (mark) {
      const [x, y, w, h] = onScreen(mark);
      pen.lineWidth = width + 2; pen.strokeStyle = colours.page; pen.strokeRect(x, y, w, h);
      pen.lineWidth = width; pen.strokeStyle = colours.ink; pen.strokeRect(x, y, w, h);
    }
    if (told) ways(told);
    pen.globalAlpha = 1;
  }
  function label(labelled) {
    pen.textBaseline = 'middle';
    for (const [, mark, left, top, w, h] of labelled) {
      // What is partly out of sight has its label where it is seen.
      const x = Math.max(left, 0), y = Math.max(top, 0), room = Math.min(left + w, scene.width) - x - 8;
      const isContainer = mark.kids.length > 0, head = isContainer ? Math.min(mark.head * scene.height / camera.h, 26) : h;
      if (room < 22 || (isContainer && (head < 13 || top < -4))) continue;
      font(mark.up === scene.top ? '600 12px' : '11px');
      pen.fillStyle = mark.kind === BLOCK && state.colour !== 'relation' ? inkOn(paint(widest(mark))) : inkOn(colourOfMark(mark));
      const line = isContainer ? y + head / 2 + 0.5 : y + 10, long = countOf(mark, true), brief = countOf(mark, false);
      let name = nameOf(mark);
      // Its colour tells the relation too.
      if (mark.kind === BLOCK && widthOf(name) > room) name = grouped(mark.models);
      // What repeats the name above it is told by what follows.
      const above = mark.up.kind === MODEL ? shortName(mark.up) : '';
      if (mark.kind === MODEL && widthOf(name) > room - 20 && above && name.length > above.length + 2 && name.startsWith(above)) name = '…' + name.slice(above.length);
      if (!isContainer && h >= 30) {
        pen.fillText(fitted(name, room), x + 4, line);
        if (long) pen.fillText(widthOf(long) <= room ? long : fitted(brief, room), x + 4, line + 14);
        continue;
      }
      const count = [long, brief].find((count) => widthOf(`${name} ${count}`) <= room) ?? (room > 76 ? brief : '');
      const short = fitted(name, count ? room - widthOf(` ${count}`) : room);
      pen.fillText(count ? `${short} ${count}` : short, x + 4, line);
    }
  }
  function widest({ classes }) {
    let best = 0;
    for (let at = 0; at < classes.length; at += 2) if (classes[at + 1] > classes[best + 1]) best = at;
    return classes[best];
  }
  // The mark in which one sees what stands at the end of a path.
  const markOf = (path) => path.findLast((at) => scene.places.has(at)) && scene.places.get(path.findLast((at) => scene.places.has(at)));
  // Draws the ways from the parents of a merge to it.
  function ways({ path, up }) {
    const parents = up.links.filter(([child]) => child === 0).map(([, parent]) => markOf(up.models[parent].path));
    const own = markOf(path);
    if (!own || parents.length < 2) return;
    // A container's end is in its head, behind the label.
    const middle = (mark) => { const [x, y, w, h] = onScreen(mark); return mark.kids.length ? [x + w - 8, y + Math.min(h / 2, 9)] : [x + w / 2, y + h / 2]; };
    const [x, y] = middle(own);
    for (const parent of new Set(parents)) {
      if (!parent || parent === own) continue;
      const [px, py] = middle(parent), bend = Math.min(60, Math.hypot(px - x, py - y) / 4);
      for (const [width, colour] of [[5, theme().page], [2.5, theme().ink]]) {
        pen.lineWidth = width; pen.strokeStyle = pen.fillStyle = colour;
        pen.beginPath(); pen.moveTo(px, py); pen.quadraticCurveTo((px + x) / 2, (py + y) / 2 - bend, x, y); pen.stroke();
        pen.beginPath(); pen.arc(px, py, width + 1, 0, 7); pen.fill();
      }
    }
  }

  // Goes from one view to the next: into a mark, or out of it.
  let moving = 0;
  function travel(before, next, isAgain) {
    cancelAnimationFrame(moving);
    const whole = { x: 0, y: 0, w: next.width, h: next.height };
    const into = before?.places.get(next.view.at), out = before && next.places.get(before.view.at);
    if (isAgain || isCalm.matches || !(into?.w > 1 || out?.w > 1)) { scene = next; camera = whole; return draw(); }
    const [from, to] = into ? [camera, into] : [out, whole];
    if (!into) scene = next;
    const begun = performance.now();
    // What is shown is the new view from now on; the old one is only drawn.
    const shown = scene;
    scene = next;
    const step = (now) => {
      const part = Math.min(1, (now - begun) / 280), eased = 1 - (1 - part) ** 3;
      scene = into && part < 1 ? shown : next;
      camera = part < 1 || !into ? Object.fromEntries(['x', 'y', 'w', 'h'].map((key) => [key, from[key] + (to[key] - from[key]) * eased])) : whole;
      drawn(1);
      scene = next;
      if (part < 1) moving = requestAnimationFrame(step); else { camera = whole; draw(); }
    };
    camera = whole;
    moving = requestAnimationFrame(step);
  }

  // ---- pointers

  function markAt(event) {
    const box = canvas.getBoundingClientRect();
    const x = camera.x + (event.clientX - box.left) * camera.w / scene.width, y = camera.y + (event.clientY - box.top) * camera.h / scene.height;
    return scene.marks.findLast((mark) => x >= mark.x && x < mark.x + mark.w && y >= mark.y && y < mark.y + mark.h) || null;
  }
  let asked = 0;
  function hover(mark, event) {
    if (mark !== hovered) {
      hovered = mark;
      clearTimeout(asked);
      tip.hidden = !mark;
      canvas.style.cursor = mark ? 'pointer' : '';
      if (mark) {
        tip.replaceChildren(make('b', {}, mark.kind === BLOCK || mark.kind === REST ? nameOf(mark) : mark.text || nameOf(mark)), ...hint(mark));
        if (mark.kind === MODEL || mark.kind === ITSELF) asked = setTimeout(async () => {
          const found = await source.model(mark.text);
          if (hovered !== mark || !found) return;
          tip.append(make('span', { class: 'faint' }, facts(found.up.models[0])));
          if (!state.sel) { told = found; draw(); }
        }, 60);
      }
      if (!state.sel) told = here;
      draw();
    }
    if (mark && event) {
      const box = stage.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
      tip.style.left = `${Math.max(4, Math.min(x + 14, box.width - tip.offsetWidth - 4))}px`;
      tip.style.top = `${y + 18 + tip.offsetHeight > box.height ? Math.max(4, y - tip.offsetHeight - 10) : y + 18}px`;
    }
  }
  const hint = (mark) => {
    const said = [];
    if (mark.kind === MODEL) said.push(`${RELATION[mark.relation]}; ${counted(mark.descendants, 'descendant')}${mark.models - 1 !== mark.descendants ? `, ${grouped(mark.models - 1)} placed here` : ''}`);
    else if (mark.kind !== ITSELF && mark.kind !== BLOCK && mark.kind !== REST) said.push(counted(mark.models, 'model'));
    if (state.size === 'downloads') said.push(`${grouped(mark.weight)} downloads in 30 days`);
    if (mark.kind === BLOCK) said.push('nothing is made from them; open it to see each');
    return said.map((text) => make('span', {}, text));
  };
  const facts = ({ listed, licence, month, downloads }) => listed === null ? 'not in this file' : !listed ? 'not listed'
    : [licence || 'no licence stated', month, downloads == null ? 'downloads not known' : counted(downloads, 'download')].join(' · ');

  const pointers = new Map();
  let dragged = 0;
  const zoomed = () => camera.w < scene.width - 0.5;
  function zoom(factor, event) {
    const box = canvas.getBoundingClientRect(), px = (event.clientX - box.left) / scene.width, py = (event.clientY - box.top) / scene.height;
    const w = Math.min(scene.width, Math.max(scene.width / 40, camera.w / factor)), h = w * scene.height / scene.width;
    look(camera.x + px * (camera.w - w), camera.y + py * (camera.h - h), w, h);
  }
  function look(x, y, w, h) {
    camera = { x: Math.max(0, Math.min(x, scene.width - w)), y: Math.max(0, Math.min(y, scene.height - h)), w, h };
    canvas.style.touchAction = zoomed() ? 'none' : 'pan-y';
    draw();
  }
  stage.addEventListener('wheel', (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), event);
    hover(markAt(event), event);
  }, { passive: false });
  canvas.addEventListener('pointerdown', (event) => { pointers.set(event.pointerId, event); if (pointers.size === 1) dragged = 0; });
  for (const end of ['pointerup', 'pointercancel', 'pointerleave']) canvas.addEventListener(end, (event) => {
    pointers.delete(event.pointerId);
    if (end === 'pointerleave') hover(null);
  });
  canvas.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    if (before) {
      const others = [...pointers.values()].filter(({ pointerId }) => pointerId !== event.pointerId);
      const apart = (one) => Math.hypot(one.clientX - others[0].clientX, one.clientY - others[0].clientY) || 1;
      dragged += Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY);
      if (others.length) zoom(apart(event) / apart(before), event);
      else if (zoomed()) look(camera.x - (event.clientX - before.clientX) * camera.w / scene.width, camera.y - (event.clientY - before.clientY) * camera.h / scene.height, camera.w, camera.h);
      pointers.set(event.pointerId, event);
    }
    if (scene && event.pointerType === 'mouse') hover(before && dragged > 5 ? null : markAt(event), event);
  });
  canvas.addEventListener('click', (event) => { if (scene && dragged < 6) open(markAt(event)); });
  // Into what has something in it; of another model it is told.
  function open(mark) {
    if (!mark) return;
    if (mark.isOpen) go({ at: mark.at });
    else if (mark.kind === MODEL || mark.kind === ITSELF) go({ sel: mark.text });
  }

  function legend({ classes }) {
    let shown = classes.map(([code, word, models]) => [colourOf(state.colour, code, word, months), word, models]);
    if (state.colour === 'month') {
      const years = new Map();
      for (const [colour, word, models] of shown) {
        const year = /^\d{4}-/.test(word) ? word.slice(0, 4) : word;
        years.set(year, [years.get(year)?.[0] ?? [], (years.get(year)?.[1] ?? 0) + models]);
        years.get(year)[0].push(colour);
      }
      shown = [...years].map(([year, [colours, models]]) => [colours[colours.length >> 1], year, models]);
    }
    if (state.colour === 'country') {
      const others = shown.filter(([colour]) => colour === OTHERS);
      shown = shown.filter(([colour]) => colour !== OTHERS);
      if (others.length) shown.push([OTHERS, counted(others.length, 'other'), others.reduce((sum, [, , models]) => sum + models, 0)]);
    }
    byId('legend').replaceChildren(...shown.map(([colour, word, models]) => {
      const swatch = make('span', { class: 'swatch' });
      swatch.style.background = colour;
      return make('li', {}, swatch, `${word} `, make('span', { class: 'faint' }, grouped(models)));
    }));
  }

  // ---- the outline

  let items = [], unfolded = new Set(), focused = 0;
  const more = new Map();
  function outline() { unfolded = new Set(); more.clear(); focused = 0; list(document.activeElement?.closest('#tree') !== null && document.activeElement !== document.body); }
  function list(hasFocus) {
    items = [];
    const add = (up, level) => {
      const most = more.get(up) ?? 100, kids = up.kids.slice(0, most);
      for (const [at, mark] of kids.entries()) {
        items.push({ mark, level, at: at + 1, of: up.kids.length });
        if (unfolded.has(mark)) add(mark, level + 1);
      }
      if (up.kids.length > most) items.push({ up, level, at: most + 1, of: up.kids.length, text: `${grouped(up.kids.length - most)} further marks` });
    };
    add(scene.top, 1);
    tree.replaceChildren(...items.map(({ mark, level, at, of, text }, i) => {
      const item = make('div', { role: 'treeitem', 'aria-level': level, 'aria-posinset': at, 'aria-setsize': of, tabindex: i === focused ? 0 : -1,
        'aria-expanded': mark?.kids.length ? String(unfolded.has(mark)) : null, 'aria-selected': String(!!mark && !!state.sel && mark.text === state.sel) },
      make('i', { 'aria-hidden': 'true' }, mark?.kids.length ? (unfolded.has(mark) ? '▾' : '▸') : ''), make('b', {}, text ?? nameOf(mark)),
      mark && make('span', { class: 'n' }, mark.kind === MODEL ? grouped(mark.descendants) : mark.kind < MODEL ? grouped(mark.models) : ''));
      item.style.paddingLeft = `${8 + 12 * (level - 1)}px`;
      item.title = mark?.text ?? '';
      return item;
    }));
    if (!items.length) tree.replaceChildren(make('div', { role: 'treeitem', tabindex: 0, 'aria-selected': 'false' }, make('b', {}, 'nothing below')));
    if (hasFocus) tree.children[focused]?.focus();
  }
  function focus(at) {
    tree.children[focused]?.setAttribute('tabindex', -1);
    focused = Math.max(0, Math.min(at, items.length - 1));
    tree.children[focused]?.setAttribute('tabindex', 0);
    tree.children[focused]?.focus();
    if (items[focused]?.mark) { hovered = items[focused].mark; draw(); }
  }
  function fold(mark, isUnfolded) {
    if (isUnfolded) unfolded.add(mark); else unfolded.delete(mark);
    list(true);
  }
  function enter({ mark, up }) {
    if (mark) return open(mark);
    more.set(up, (more.get(up) ?? 100) + 400);
    list(true);
  }
  tree.addEventListener('click', (event) => {
    const at = [...tree.children].indexOf(event.target.closest('[role=treeitem]'));
    if (at < 0 || !items[at]) return;
    focused = at;
    if (event.target.tagName === 'I' && items[at].mark?.kids.length) fold(items[at].mark, !unfolded.has(items[at].mark));
    else enter(items[at]);
  });
  tree.addEventListener('keydown', (event) => {
    const item = items[focused], mark = item?.mark;
    const keys = {
      ArrowDown: () => focus(focused + 1), ArrowUp: () => focus(focused - 1), Home: () => focus(0), End: () => focus(items.length - 1),
      ArrowRight: () => { if (mark?.kids.length) if (unfolded.has(mark)) focus(focused + 1); else fold(mark, true); },
      ArrowLeft: () => { if (unfolded.has(mark)) fold(mark, false); else focus(items.findLastIndex(({ level }, at) => at < focused && level < item.level)); },
      Enter: () => enter(item), ' ': () => mark?.kind === MODEL ? go({ sel: mark.text }) : enter(item),
    };
    if (!item || !keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });

  // ---- what is told of a place or a model

  let here = null;
  async function tell() {
    const mine = turn, at = scene.view.path.at(-1)[0], id = state.sel || (at.startsWith('model:') ? at.slice(6) : '');
    const found = id ? await source.model(id) : null;
    if (mine !== turn) return;
    here = told = found;
    panel.scrollTop = 0;
    if (found) return model(found);
    const { view } = scene;
    panel.replaceChildren(make('h1', {}, id || view.path.at(-1)[1]), ...id ? [make('p', {}, 'This model is not on this map.')] : [
      make('p', {}, make('span', { class: 'big' }, counted(view.models, 'model')), at === 'alone' ? ' without any link' : ' placed here'),
      view.weight !== view.models && make('p', {}, `${counted(view.weight, 'download')} in 30 days`),
      view.alone > 0 && make('p', {}, link(`${grouped(view.alone)} more models have no link at all`, () => go({ at: 'alone' }))),
      about.part && make('p', {}, about.part)].filter(Boolean), tools(view.path.at(-1)[1], counted(view.models, 'model') + ' placed there'), definitions());
  }
  function tools(what, counts, hub) {
    const text = `${what}: ${counts}. ${about.cite}`, shown = make('output', {});
    return make('div', { class: 'tools' }, make('button', { type: 'button', onclick: async () => {
      shown.textContent = text;
      try { await navigator.clipboard.writeText(text); shown.prepend('Copied: '); } catch { getSelection().selectAllChildren(shown); }
    } }, 'Copy a citation'), hub && make('a', { href: hub, rel: 'noopener noreferrer', target: '_blank' }, 'Its page on the Hub'),
    source.page?.(state.sel || scene.view.at), shown);
  }
  const definitions = () => make('details', {}, make('summary', {}, 'What is counted'), ...about.definitions.map((sentence) => make('p', {}, sentence)));
  // Goes to where a model is to be seen, and tells of it.
  async function visit(id) {
    const found = await source.model(id);
    if (!found) return go({ sel: id });
    const path = found.path, at = found.placed > 0 ? path.at(-1) : path.at(-2);
    return go({ at: at ?? state.at, sel: id });
  }
  const visiting = (id) => link(id, () => visit(id));
  function model(found) {
    const { up, placed, descendants, direct } = found, [own] = up.models, isHubs = /^[\w.-]+(\/[\w.-]+)?$/.test(own.id);
    const line = (name, value) => value == null || value === '' ? [] : [make('dt', {}, name), make('dd', {}, value)];
    const group = found.path[1]?.split(':') ?? [];
    const bar = make('div', { class: 'bar', 'aria-hidden': 'true' }), kinds = make('ul', {});
    for (const at of [1, 2, 3, 4, 0]) if (found.by_relation[at]) {
      const part = make('i'), swatch = make('span', { class: 'swatch' });
      part.style.background = swatch.style.background = OF_RELATION[RELATION[at]];
      part.style.width = `${100 * found.by_relation[at] / descendants}%`;
      bar.append(part);
      kinds.append(make('li', {}, swatch, `${RELATION[at]} `, make('span', { class: 'faint' }, grouped(found.by_relation[at]))));
    }
    const counts = `${counted(descendants, 'descendant')}, ${grouped(direct)} of them direct`;
    panel.replaceChildren(make('h1', {}, own.id), make('p', {}, make('span', { class: 'big' }, counted(descendants, 'descendant')),
      placed !== descendants && found.path.length ? ` (${grouped(placed)} placed here; the others stand below another parent)` : ''), bar, kinds,
    make('dl', {}, ...line('direct children', grouped(direct)), ...line('owners of descendants', grouped(found.authors)),
      ...line('downloads below', `${grouped(found.downloads[0])} in 30 days (known of ${grouped(found.downloads[1])})`),
      ...line('own downloads', own.downloads == null ? 'not known' : grouped(own.downloads)), ...line('licence', own.listed ? own.licence || 'none stated' : null),
      ...line('made', own.month), ...line('country', found.country), ...line('listed', own.listed ? null : 'no; its children name it'),
      ...line(group[0] ?? '', group[1] && link(group.slice(1).join(':'), () => go({ at: found.path[1] })))),
    tools(own.id, counts, isHubs && `https://huggingface.co/${own.id}`), ...origin(up), ...direct ? [children(own.id, direct)] : [], definitions());
  }
  // Every way up to the roots; what was told before is not told again.
  function origin({ models, links, left_out: left }) {
    const above = (child) => links.filter(([of]) => of === child), met = new Set(), rows = [];
    const add = (child, level) => {
      for (const [, at, relation] of above(child)) {
        const isAgain = met.has(at), row = make('li', {}, `${RELATION[relation]} of `, visiting(models[at].id),
          make('span', { class: 'faint' }, isAgain ? ' (see above)' : ` ${facts(models[at])}`));
        row.style.paddingLeft = `${Math.min(level, 8) * 14}px`;
        rows.push(row);
        met.add(at);
        if (!isAgain && rows.length < 300) add(at, level + 1);
      }
    };
    add(0, 0);
    const parents = above(0).length;
    return [make('h2', {}, parents === 0 ? 'It names no parent' : parents === 1 ? 'Made from' : `Made from ${parents} models`), make('ul', {}, ...rows),
      left > 0 && make('p', { class: 'faint' }, `${counted(left, 'further ancestor')} and more are left out`)].filter(Boolean);
  }
  // A table of thousands of rows, of which those in sight are made.
  function children(id, direct) {
    const HEIGHT = 26, heads = [['model', 0], ['relation', 1], ['descendants', 5], ['downloads', 4], ['made', 3], ['licence', 2]];
    let all = [], rows = [], by = 5, isDown = true;
    const body = make('tbody'), size = make('span', { class: 'faint', role: 'status' });
    const filter = make('input', { type: 'search', 'aria-label': 'Filter the children', placeholder: 'filter by id, licence or month', oninput: arrange });
    const relation = make('select', { 'aria-label': 'Relation', onchange: arrange }, make('option', { value: '' }, 'every relation'),
      ...[1, 2, 3, 4, 0].map((at) => make('option', { value: at }, RELATION[at])));
    const titles = heads.map(([name, at]) => make('th', { scope: 'col', class: at > 3 ? 'n' : '' }, make('button', { type: 'button', onclick: () => {
      isDown = by === at ? !isDown : at > 3;
      by = at;
      arrange();
    } }, name)));
    [175, 78, 100, 92, 74].forEach((width, at) => titles[at].style.width = `${width}px`);
    const table = make('table', { 'aria-label': `Children of ${id}` }, make('thead', {}, make('tr', {}, ...titles)), body);
    const box = make('div', { class: 'rows', tabindex: 0, role: 'region', 'aria-label': 'Children', onscroll: fill }, table);
    function arrange() {
      const wanted = filter.value.toLowerCase().split(/\s+/), key = (row) => row[by] ?? (by > 3 ? -1 : '');
      rows = all.filter((row) => (relation.value === '' || row[1] === +relation.value)
        && wanted.every((word) => `${row[0]} ${row[2] ?? ''} ${row[3]}`.toLowerCase().includes(word)));
      // Equals stay in the order in which they came.
      rows.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0) * (isDown ? -1 : 1));
      heads.forEach(([, at], i) => titles[i].setAttribute('aria-sort', at === by ? (isDown ? 'descending' : 'ascending') : 'none'));
      size.textContent = rows.length === all.length ? '' : `${grouped(rows.length)} of ${grouped(all.length)}`;
      table.setAttribute('aria-rowcount', rows.length + 1);
      box.scrollTop = 0;
      fill();
    }
    function fill() {
      const from = Math.max(0, Math.floor(box.scrollTop / HEIGHT) - 8), to = Math.min(rows.length, from + 32);
      const space = (count) => { const cell = make('td', { colspan: 6 }); cell.style.height = `${count * HEIGHT}px`; cell.style.padding = cell.style.border = 0; return make('tr', { 'aria-hidden': 'true' }, cell); };
      body.replaceChildren(...from ? [space(from)] : [], ...rows.slice(from, to).map((row, at) => make('tr', { 'aria-rowindex': from + at + 2 },
        ...heads.map(([, column]) => make('td', { class: column > 3 ? 'n' : '', title: row[column] ?? '' }, column === 0 ? visiting(row[0]) : column === 1 ? RELATION[row[1]]
          : column > 3 ? (row[column] == null ? '–' : grouped(row[column])) : row[column] ?? '–')))), ...to < rows.length ? [space(rows.length - to)] : []);
    }
    Promise.resolve(source.children(id)).then((found) => { all = found; arrange(); });
    return make('div', {}, make('h2', {}, counted(direct, 'direct child').replace('childs', 'children')), make('div', { class: 'tools' }, filter, relation, size), box);
  }

  // ---- search and keys

  const input = byId('search'), hits = byId('hits');
  let found = [], chosen = -1, sought = 0;
  function choose(at) {
    chosen = at;
    [...hits.children].forEach((hit, i) => hit.setAttribute('aria-selected', String(i === at)));
    hits.children[at]?.scrollIntoView({ block: 'nearest' });
    if (at >= 0) input.setAttribute('aria-activedescendant', `hit${at}`); else input.removeAttribute('aria-activedescendant');
  }
  function close() { hits.hidden = true; input.setAttribute('aria-expanded', 'false'); choose(-1); }
  async function seek() {
    const mine = ++sought, text = input.value.trim();
    found = text ? await source.search(text) : [];
    if (mine !== sought) return;
    hits.replaceChildren(...found.map(({ id, descendants }, at) => make('div', { role: 'option', id: `hit${at}`, 'aria-selected': 'false',
      onmousedown: (event) => { event.preventDefault(); pick(at); } }, make('span', {}, id), make('span', { class: 'n faint' }, grouped(descendants)))));
    if (text && !found.length) hits.replaceChildren(make('div', { role: 'option', 'aria-selected': 'false', 'aria-disabled': 'true' }, 'no model has these words in its id'));
    hits.hidden = !text;
    input.setAttribute('aria-expanded', String(!hits.hidden));
    choose(found.length ? 0 : -1);
  }
  function pick(at) {
    if (!found[at]) return;
    close();
    input.blur();
    visit(found[at].id);
  }
  input.addEventListener('input', seek);
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      choose((chosen + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % Math.max(1, found.length));
    } else if (event.key === 'Enter') { event.preventDefault(); pick(chosen); }
  });
  addEventListener('keydown', (event) => {
    const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') {
      if (isTyping) { close(); input.blur(); } else if (zoomed()) look(0, 0, scene.width, scene.height); else if (state.sel) go({});
    } else if (isTyping) { /* letters are letters there */ } else if (event.key === '/') { event.preventDefault(); input.focus(); input.select(); }
    else if (event.key === 'Backspace') { event.preventDefault(); up(); }
  });
  byId('search').form.addEventListener('submit', (event) => event.preventDefault());
  for (const what of ['size', 'colour']) byId(what).addEventListener('change', (event) => go({ [what]: event.target.value, sel: state.sel }));
  isDark.addEventListener('change', draw);
  let resized = 0;
  new ResizeObserver(() => {
    if (!scene || (stage.clientWidth === scene.width && stage.clientHeight === scene.height)) return;
    clearTimeout(resized);
    resized = setTimeout(() => show(state, true), 120);
  }).observe(stage);
  // For tests, and for those who want to look behind the page.
  globalThis.modelkin = { source, about, scene: () => scene, state: () => state, isStill: () => done === turn, drawn: () => { const begun = performance.now(); drawn(1); return performance.now() - begun; } };
  return show(read());
}
