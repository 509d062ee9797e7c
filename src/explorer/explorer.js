// The map, its outline and what is told of a model. A `source` answers `view(at, size, colour, area, marks)`, `model(id)`, `children(id)` and
// `search(text)`, at once or later; `about` is what the page knows of the snapshot. What models say of themselves is put in as text alone.

function explore(source, about) {
  const [stage, canvas, tip, tree, panel, input, hits] = ['stage', 'canvas', 'tip', 'tree', 'panel', 'search', 'hits'].map(byId), pen = canvas.getContext('2d');
  const isDark = matchMedia('(prefers-color-scheme: dark)'), isCalm = matchMedia('(prefers-reduced-motion: reduce)');
  const FIRST = { at: about.start ?? 'hub', size: 'descendants', colour: 'relation', sel: '' };
  const months = about.date ? (about.date.slice(0, 4) - 2022) * 12 + +about.date.slice(5, 7) - 2 : 60;
  let state = FIRST, scene, camera, hovered, told, turn = 0, done = -1, frame = 0, moving = 0;

  // ---- the address: all that is seen is in it

  const read = () => ({ ...FIRST, ...Object.fromEntries(new URLSearchParams(location.hash.slice(1))) });
  function go(change) {
    const to = { ...state, sel: '', ...change }, words = new URLSearchParams();
    for (const key in FIRST) if (to[key] !== FIRST[key]) words.set(key, to[key]);
    const hash = '#' + words.toString().replace(/%2F/g, '/').replace(/%3A/g, ':');
    if (hash !== (location.hash || '#')) history.pushState(null, '', hash);
    return show(to);
  }
  async function show(to, isAgain) {
    const mine = ++turn, isSame = !isAgain && scene && ['at', 'size', 'colour'].every((key) => state[key] === to[key]);
    state = to;
    for (const what of ['size', 'colour']) byId(what).value = to[what];
    if (!isSame) {
      const { clientWidth: w, clientHeight: h } = stage, view = await source.view(to.at, to.size, to.colour, w * h, MARKS);
      if (mine !== turn) return;
      if (!view) return panel.replaceChildren(say(`Nothing is at ${to.at} on this map.`));
      const title = view.path.at(-1)[1];
      document.title = `${title} · modelkin`;
      canvas.setAttribute('aria-label', `Map of ${title}: ${counted(view.models, 'model')}; the outline has the same`);
      byId('path').replaceChildren(...view.path.slice(0, -1).flatMap(([at, label]) => [link(label, () => go({ at })), make('span', {}, ' › ')]),
        make('span', { 'aria-current': 'location' }, title));
      hover(null);
      travel(lay(view, w, h), isAgain);
      legend(view);
      unfolded.clear();
    }
    list(isSame ? focused : 0);
    await tell();
    if (mine === turn) done = turn;
    draw();
  }

  // ---- drawing

  function paint(code, word = state.colour === 'relation' ? RELATION[code] : scene.words.get(code)) {
    if (COLOURS[word]) return COLOURS[word];
    if (state.colour === 'month') return SCALE[Math.max(0, Math.min(7, Math.floor((code - 2) / months * 8)))];
    return (state.colour === 'downloads' ? SCALE : RANKED)[code] ?? OTHERS;
  }
  const theme = () => THEMES[+isDark.matches];
  // The colours of a mark, each with how many models are of it.
  function colours({ kind, kids, relation, classes, models }) {
    if (kind < GROUP || kind === REST) return [[theme().head, 1]];
    const own = paint(state.colour === 'relation' ? relation : classes[0]);
    if (state.colour === 'relation' || kind !== BLOCK) return [[kids.length ? pale(own, theme().page) : own, models]];
    return classes.flatMap((code, at) => at % 2 ? [] : [[paint(code), classes[at + 1]]]);
  }
  const onScreen = ({ x, y, w, h }, kx = scene.w / camera.w, ky = scene.h / camera.h) => [(x - camera.x) * kx, (y - camera.y) * ky, w * kx, h * ky];
  // Measuring takes longer than drawing, so that widths are kept.
  const widths = {};
  let measured;
  function font(size) {
    pen.font = `${size} system-ui, sans-serif`;
    measured = widths[size] ??= new Map();
    if (measured.size > 20000) measured.clear();
  }
  function widthOf(text) {
    if (!measured.has(text)) measured.set(text, pen.measureText(text).width);
    return measured.get(text);
  }
  function fitted(text, room) {
    if (widthOf(text) <= room) return text;
    let letters = Math.floor(text.length * room / widthOf(text)) + 1;
    const cut = () => text.slice(0, letters).trimEnd() + '…';
    while (letters > 2 && widthOf(cut()) > room) letters--;
    return letters > 2 ? cut() : '';
  }

  const draw = () => { frame ||= requestAnimationFrame(() => { frame = 0; if (scene) drawn(); }); };
  function drawn() {
    const dots = devicePixelRatio || 1, { page, well } = theme(), labelled = [];
    const [width, height] = [scene.w, scene.h].map((side) => Math.round(side * dots));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    const fill = (colour, ...box) => { pen.fillStyle = colour; pen.fillRect(...box); };
    fill(page, 0, 0, scene.w, scene.h);
    for (const mark of scene.marks) {
      let [x, y, w, h] = onScreen(mark);
      if (w < 0.4 || h < 0.4 || x > scene.w || y > scene.h || x + w < 0 || y + h < 0) continue;
      if (w >= 38 && h >= 15) labelled.push([w * h, mark, x, y, w, h]);
      if (w > 4 && h > 4) { x += 0.5; y += 0.5; w -= 1; h -= 1; }
      if (mark.kids.length) {
        fill(well, x, y, w, h);
        h = mark.head * scene.h / camera.h - 1;
      }
      // Each class has its part.
      const parts = colours(mark), all = parts.reduce((sum, [, models]) => sum + models, 0);
      let from = 0;
      for (const [colour, models] of parts) {
        const part = models / all;
        if (w > h) fill(colour, x + from * w, y, part * w, h); else fill(colour, x, y + from * h, w, part * h);
        from += part;
      }
    }
    label(labelled.sort((a, b) => b[0] - a[0]).slice(0, LABELS));
    for (const mark of [hovered, state.sel && told && markOf(told.path)]) if (mark) stroke(mark === hovered ? 2 : 3, () => pen.strokeRect(...onScreen(mark)));
    if (told) ways(told);
  }
  // A line that is seen on every colour.
  function stroke(width, line) {
    for (const [colour, more] of [[theme().page, 2.5], [theme().ink, 0]]) {
      pen.lineWidth = width + more;
      pen.strokeStyle = pen.fillStyle = colour;
      line(width + more);
    }
  }
  function label(labelled) {
    pen.textBaseline = 'middle';
    for (const [, mark, left, top, w, h] of labelled) {
      // What is partly out of sight has its label where it is seen.
      const x = Math.max(left, 0), y = Math.max(top, 0), room = Math.min(left + w, scene.w) - x - 8;
      const isHead = mark.kids.length > 0, head = isHead ? Math.min(mark.head * scene.h / camera.h, 26) : 20;
      if (room < 22 || (isHead && (head < 13 || top < -4))) continue;
      font(mark.up === scene.top ? '600 12px' : '11px');
      pen.fillStyle = inkOn(colours(mark).reduce((best, part) => part[1] > best[1] ? part : best)[0]);
      const line = y + head / 2 + 0.5, counts = [countOf(mark, true), countOf(mark)];
      let name = nameOf(mark);
      if (widthOf(name) > room - 20) {
        // What repeats the name above it is told by what follows; a colour tells the relation too.
        const above = mark.up.kind === MODEL ? shortName(mark.up) : '';
        if (mark.kind === MODEL && above && name.length > above.length + 2 && name.startsWith(above)) name = '…' + name.slice(above.length);
        if (mark.kind === BLOCK && widthOf(name) > room) name = grouped(mark.models);
      }
      if (!isHead && h >= 30) {
        pen.fillText(fitted(name, room), x + 4, line);
        pen.fillText(counts.find((count) => widthOf(count) <= room) ?? '', x + 4, line + 14);
      } else {
        const count = counts.find((count) => widthOf(`${name} ${count}`) <= room) ?? (room > 76 ? counts[1] : '');
        const short = count && fitted(name, room - widthOf(` ${count}`));
        pen.fillText(short ? `${short} ${count}` : fitted(name, room), x + 4, line);
      }
    }
  }
  // The mark in which one sees what stands at the end of a path.
  const markOf = (path) => scene.places.get(path.findLast((at) => scene.places.has(at)));
  // The ways from the parents of a merge to it.
  function ways({ path, up }) {
    const own = markOf(path), parents = up.links.filter(([child]) => !child).map(([, parent]) => markOf(up.models[parent].path));
    if (!own || parents.length < 2) return;
    // A container's end is in its head, behind the label.
    const end = (mark) => { const [x, y, w, h] = onScreen(mark); return mark.kids.length ? [x + w - 8, y + Math.min(h / 2, 9)] : [x + w / 2, y + h / 2]; };
    const [x, y] = end(own);
    for (const parent of new Set(parents)) if (parent && parent !== own) {
      const [px, py] = end(parent), bend = Math.min(60, Math.hypot(px - x, py - y) / 4);
      const way = new Path2D(), dot = new Path2D();
      way.moveTo(px, py);
      way.quadraticCurveTo((px + x) / 2, (py + y) / 2 - bend, x, y);
      dot.arc(px, py, 3, 0, 7);
      stroke(2.5, () => [way, dot].forEach((path) => pen.stroke(path)));
      pen.fill(dot);
    }
  }
  // Goes from one view to the next: into a mark, or out of it.
  function travel(next, isAgain) {
    cancelAnimationFrame(moving);
    const before = scene, whole = { x: 0, y: 0, w: next.w, h: next.h };
    const into = before?.places.get(next.view.at), out = before && next.places.get(before.view.at);
    const [from, to] = into ? [camera, into] : [out, whole], begun = performance.now();
    scene = next;
    camera = whole;
    if (isAgain || isCalm.matches || !((into ?? out)?.w > 1)) return;
    const step = (now) => {
      const part = Math.min(1, (now - begun) / 280), eased = 1 - (1 - part) ** 3;
      if (part < 1) {
        // The new view is what there is; the old one is only drawn.
        scene = into ? before : next;
        camera = Object.fromEntries(['x', 'y', 'w', 'h'].map((key) => [key, from[key] + (to[key] - from[key]) * eased]));
        drawn();
        moving = requestAnimationFrame(step);
      }
      scene = next;
      camera = whole;
      if (part === 1) draw();
    };
    moving = requestAnimationFrame(step);
  }
  function legend({ classes }) {
    const shown = new Map();
    for (const [code, word, models] of classes) {
      const colour = paint(code, word), key = state.colour === 'month' ? word.replace(/^(\d{4})-\d\d$/, '$1') : colour === OTHERS ? 'others' : word;
      const [first, sum] = shown.get(key) ?? [colour, 0];
      shown.set(key, [first, sum + models]);
    }
    byId('legend').replaceChildren(...[...shown].map(([word, [colour, models]]) => make('li', {}, swatch(colour), `${word} `, faint(grouped(models)))));
  }

  // ---- pointers

  function markAt({ clientX, clientY }) {
    const box = canvas.getBoundingClientRect();
    const x = camera.x + (clientX - box.left) * camera.w / scene.w, y = camera.y + (clientY - box.top) * camera.h / scene.h;
    return scene.marks.findLast((mark) => x >= mark.x && x < mark.x + mark.w && y >= mark.y && y < mark.y + mark.h);
  }
  let here = null, asked = 0;
  function hover(mark, event) {
    if (mark !== hovered) {
      hovered = mark;
      clearTimeout(asked);
      tip.hidden = !(mark && event);
      if (!state.sel) told = here;
      if (mark) {
        const { kind, text } = mark, isOne = kind === MODEL || kind === ITSELF;
        const said = [isOne ? text : nameOf(mark), kind === MODEL && `${RELATION[mark.relation]}, descendants: ${countOf(mark, true) || 0}`,
          kind < GROUP && counted(mark.models, 'model'), state.size === 'downloads' && counted(mark.weight, 'download')];
        tip.replaceChildren(...said.filter(Boolean).map((line) => make('div', {}, line)));
        if (isOne) asked = setTimeout(async () => {
          const found = await source.model(text);
          if (hovered !== mark || !found) return;
          tip.append(faint(facts(found.up.models[0])));
          if (!state.sel) { told = found; draw(); }
        }, 60);
      }
      if (scene) draw();
    }
    if (mark && event) {
      const box = stage.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
      tip.style.left = `${Math.max(4, Math.min(x + 14, box.width - tip.offsetWidth - 4))}px`;
      tip.style.top = `${y + 18 + tip.offsetHeight > box.height ? y - tip.offsetHeight - 10 : y + 18}px`;
    }
  }
  const facts = ({ listed, licence, month, downloads }) => listed === null ? 'not in this file' : !listed ? 'not listed'
    : [licence ?? 'no licence stated', month, downloads == null ? 'downloads not known' : counted(downloads, 'download')].join(' · ');

  // Looking closer, without going anywhere; fingers do it by the browser's own means.
  let dragged = 0;
  const isClose = () => camera.w < scene.w - 0.5;
  function look(x, y, w) {
    const h = w * scene.h / scene.w;
    camera = { x: Math.max(0, Math.min(x, scene.w - w)), y: Math.max(0, Math.min(y, scene.h - h)), w, h };
    draw();
  }
  on(stage, 'wheel', (event) => {
    event.preventDefault();
    const { left, top } = canvas.getBoundingClientRect(), { x, y } = camera;
    const w = Math.min(scene.w, Math.max(scene.w / 40, camera.w * Math.exp(event.deltaY / 400))), less = (camera.w - w) / scene.w;
    look(x + (event.clientX - left) * less, y + (event.clientY - top) * less, w);
    hover(markAt(event), event);
  }, { passive: false });
  on(canvas, 'pointerdown', () => dragged = 0);
  on(canvas, 'pointerleave', () => hover(null));
  on(canvas, 'pointermove', (event) => {
    const { movementX: x, movementY: y, buttons, pointerType } = event;
    if (!scene || pointerType !== 'mouse') return;
    if (buttons) {
      dragged += Math.hypot(x, y);
      if (isClose()) look(camera.x - x * camera.w / scene.w, camera.y - y * camera.h / scene.h, camera.w);
    }
    hover(buttons && dragged > 5 ? null : markAt(event), event);
  });
  on(canvas, 'click', (event) => { if (scene && dragged < 6) open(markAt(event)); });
  // Into what has something in it; of another model it is told.
  function open(mark) {
    if (mark?.isOpen) go({ at: mark.at });
    else if (mark?.kind === MODEL || mark?.kind === ITSELF) go({ sel: mark.text });
  }

  // ---- the outline

  const unfolded = new Map(), isPlain = ({ ctrlKey, metaKey, altKey }) => !ctrlKey && !metaKey && !altKey;
  let items = [], focused = 0;
  function list(at, hasFocus = document.activeElement?.closest('#tree')) {
    items = [];
    // Of thousands a hundred at a time.
    const add = (up, level) => {
      const most = unfolded.get(up) ?? 100, of = up.kids.length;
      up.kids.slice(0, most).forEach((mark, i) => {
        items.push({ mark, level, at: i + 1, of });
        if (unfolded.has(mark)) add(mark, level + 1);
      });
      if (of > most) items.push({ up, level, at: most + 1, of });
    };
    add(scene.top, 1);
    tree.replaceChildren(...items.map(({ mark, up, level, at, of }) => {
      const isUnfolded = mark?.kids.length ? unfolded.has(mark) : null;
      return make('div', { role: 'treeitem', 'aria-level': level, 'aria-posinset': at, 'aria-setsize': of, tabindex: -1, title: mark?.text, style: { paddingLeft: `${12 * level - 4}px` },
        'aria-expanded': isUnfolded === null ? null : `${isUnfolded}`, 'aria-selected': `${!!state.sel && mark?.text === state.sel}` },
      make('i'), make('b', {}, up ? `${grouped(of - at + 1)} further marks` : nameOf(mark)), make('span', { class: 'n' }, mark ? countOf(mark) : ''));
    }));
    if (!items.length) tree.append(make('div', { role: 'treeitem', tabindex: 0, 'aria-selected': 'false' }, 'nothing'));
    focus(at, hasFocus);
  }
  function focus(at, hasFocus = true) {
    tree.children[focused]?.setAttribute('tabindex', -1);
    focused = Math.max(0, Math.min(at, items.length - 1));
    tree.children[focused]?.setAttribute('tabindex', 0);
    if (!hasFocus) return;
    tree.children[focused]?.focus();
    hover(items[focused]?.mark);
  }
  function fold(mark, shown) {
    if (shown) unfolded.set(mark, shown); else unfolded.delete(mark);
    list(focused, true);
  }
  const enter = ({ mark, up }) => mark ? open(mark) : fold(up, (unfolded.get(up) ?? 100) + 400);
  on(tree, 'click', ({ target }) => {
    const at = [...tree.children].indexOf(target.closest('[role=treeitem]'));
    if (!items[at]) return;
    const { mark } = items[focused = at];
    if (target.tagName === 'I' && mark?.kids.length) fold(mark, unfolded.has(mark) ? 0 : 100); else enter(items[at]);
  });
  on(tree, 'keydown', (event) => {
    const item = items[focused], mark = item?.mark, isUnfolded = unfolded.has(mark);
    const act = { ArrowDown: () => focus(focused + 1), ArrowUp: () => focus(focused - 1), Home: () => focus(0), End: () => focus(items.length - 1),
      ArrowRight: () => isUnfolded ? focus(focused + 1) : mark?.kids.length && fold(mark, 100),
      ArrowLeft: () => isUnfolded ? fold(mark, 0) : focus(items.findLastIndex(({ level }, at) => at < focused && level < item.level)),
      Enter: () => enter(item) }[event.key];
    if (!item || !act || !isPlain(event)) return;
    event.preventDefault();
    act();
  });

  // ---- what is told of a place or a model

  async function tell() {
    const mine = turn, { view } = scene, [at, title] = view.path.at(-1), id = state.sel || (at.startsWith('model:') && at.slice(6));
    const found = id ? await source.model(id) : null;
    if (mine !== turn) return;
    here = told = found;
    panel.scrollTop = 0;
    panel.replaceChildren(...(found ? ofModel(found) : id ? [make('h1', {}, id), say('It is not on this map.')] : [
      make('h1', {}, title), say(big(view.models, 'model'), at === 'alone' ? ' without any link' : ' placed here, unlisted too'),
      say(state.size === 'downloads' && `${counted(view.weight, 'download')} in 30 days`),
      say(view.alone > 0 && link(`${grouped(view.alone)} more have no link`, () => go({ at: 'alone' }))),
      say(about.part), tools(title, `${counted(view.models, 'model')} placed there`)]),
    make('details', {}, make('summary', {}, 'What is counted'), about.definitions.map((sentence) => say(sentence))));
  }
  function tools(what, counts, hub) {
    const shown = make('output'), text = `${what}: ${counts}. ${about.cite}`;
    // Where nothing may be copied, it is chosen at least.
    const copy = () => {
      shown.textContent = text;
      getSelection().selectAllChildren(shown);
      navigator.clipboard?.writeText(text).catch(() => null);
    };
    return make('div', { class: 'tools' }, make('button', { onclick: copy }, 'Copy a citation'),
      hub && make('a', { href: hub, rel: 'noopener', target: '_blank' }, 'On the Hub'), source.page?.(state.sel || scene.view.at), shown);
  }
  // A link to where a model is to be seen.
  const visiting = (id) => link(id, () => visit(id));
  async function visit(id) {
    const found = await source.model(id);
    go({ at: found?.path.at(found.placed > 0 ? -1 : -2) ?? state.at, sel: id });
  }
  function ofModel({ path, up, placed, direct, descendants, by_relation: kinds, authors, downloads: [below, known], country }) {
    const [own] = up.models, [kind, ...name] = path[1]?.split(':') ?? [''], bar = make('div', { class: 'bar' });
    const table = (rows) => make('dl', {}, Object.entries(rows).map(([name, value]) => value && [make('dt', {}, name), make('dd', {}, value)]).flat());
    const shown = SHOWN.filter((at) => kinds[at]).map((at) => {
      const word = RELATION[at], colour = COLOURS[word];
      bar.append(swatch(colour, `${100 * kinds[at] / descendants}%`));
      return make('li', {}, swatch(colour), `${word} `, faint(grouped(kinds[at])));
    });
    return [make('h1', {}, own.id), say(big(descendants, 'descendant'),
      path.length > 0 && placed !== descendants && ` (${grouped(placed)} placed here; the others stand below another parent)`), bar, make('ul', {}, shown),
    table({ 'direct children': grouped(direct), 'owners of descendants': grouped(authors), 'downloads below': `${grouped(below)} in 30 days (known of ${grouped(known)})`,
      'own downloads': own.downloads == null ? 'not known' : grouped(own.downloads), licence: own.licence ?? (own.listed && 'none stated'), made: own.month, country,
      listed: !own.listed && 'no', [kind]: name.length > 0 && link(name.join(':'), () => go({ at: path[1] })) }),
    tools(own.id, `${counted(descendants, 'descendant')}, ${grouped(direct)} of them direct`, /^[\w.-]+(\/[\w.-]+)?$/.test(own.id) && `https://huggingface.co/${own.id}`),
    ...origin(up), direct > 0 && ofChildren(own.id, direct)].filter(Boolean);
  }
  // Every way up to the roots; what was told before is not told again.
  function origin({ models, links, left_out: left }) {
    const above = (child) => links.filter(([of]) => of === child), met = new Set(), rows = [], parents = above(0).length;
    const add = (child, level) => above(child).forEach(([, at, relation]) => {
      const isAgain = met.has(at);
      rows.push(make('li', { style: { paddingLeft: `${Math.min(level, 8) * 14}px` } }, `${RELATION[relation]} of `, visiting(models[at].id),
        faint(isAgain ? ' (above)' : ` ${facts(models[at])}`)));
      met.add(at);
      if (!isAgain && rows.length < 300) add(at, level + 1);
    });
    add(0, 0);
    return [make('h2', {}, parents === 0 ? 'It names no parent' : parents === 1 ? 'Made from' : `Made from ${parents} models`), make('ul', {}, rows),
      left > 0 && say(`${counted(left, 'ancestor')} left out`)];
  }
  // A table of thousands of rows, of which those in sight are made.
  function ofChildren(id, direct) {
    const HEIGHT = 26, heads = [['model', 0, 175], ['relation', 1, 78], ['descendants', 5, 100], ['downloads', 4, 92], ['made', 3, 74], ['licence', 2, 90]];
    let all = [], rows = [], by = 5, isDown = true;
    const size = faint(), body = make('tbody');
    const filter = make('input', { type: 'search', 'aria-label': 'Filter', placeholder: 'filter: id, relation, licence, month', oninput: arrange });
    const titles = heads.map(([name, at, width]) => {
      const sort = () => { isDown = by === at ? !isDown : at > 3; by = at; arrange(); };
      return make('th', { scope: 'col', class: at > 3 && 'n', style: { width: `${width}px` } }, make('button', { onclick: sort }, name));
    });
    const table = make('table', { 'aria-label': 'Children' }, make('thead', {}, make('tr', {}, titles)), body);
    const box = make('div', { class: 'rows', tabindex: 0, role: 'region', 'aria-label': 'Rows', onscroll: fill }, table);
    function arrange() {
      const wanted = filter.value.toLowerCase().split(/\s+/), key = (row) => row[by] ?? (by > 3 ? -1 : '');
      rows = all.filter(([id, relation, licence, month]) => wanted.every((word) => `${id} ${RELATION[relation]} ${licence} ${month}`.toLowerCase().includes(word)));
      // Equals stay in the order in which they came.
      rows.sort((a, b) => ((key(a) > key(b)) - (key(a) < key(b))) * (isDown ? -1 : 1));
      heads.forEach(([, at], i) => titles[i].setAttribute('aria-sort', at !== by ? 'none' : isDown ? 'descending' : 'ascending'));
      size.textContent = rows.length === all.length ? '' : `${grouped(rows.length)} of ${grouped(all.length)}`;
      table.setAttribute('aria-rowcount', rows.length + 1);
      box.scrollTop = 0;
      fill();
    }
    function fill() {
      const from = Math.max(0, Math.floor(box.scrollTop / HEIGHT) - 8), to = Math.min(rows.length, from + 32);
      const space = (count) => count > 0 ? [make('tr', { 'aria-hidden': 'true' }, make('td', { colspan: 6, class: 'space', style: { height: `${count * HEIGHT}px` } }))] : [];
      const shown = (at, value) => at === 0 ? visiting(value) : at === 1 ? RELATION[value] : value == null ? '–' : at > 3 ? grouped(value) : value;
      body.replaceChildren(...space(from), ...rows.slice(from, to).map((row, i) => make('tr', { 'aria-rowindex': from + i + 2 },
        heads.map(([, at]) => make('td', { class: at > 3 && 'n', title: row[at] }, shown(at, row[at]))))), ...space(rows.length - to));
    }
    (async () => { all = await source.children(id); arrange(); })();
    return make('div', {}, make('h2', {}, `${grouped(direct)} direct ${direct === 1 ? 'child' : 'children'}`), make('div', { class: 'tools' }, filter, size), box);
  }

  // ---- search and keys

  let found = [], chosen = -1, sought = 0;
  function choose(at) {
    chosen = at;
    [...hits.children].forEach((hit, i) => hit.setAttribute('aria-selected', String(i === at)));
    hits.children[at]?.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', at < 0 ? '' : `hit${at}`);
    input.setAttribute('aria-expanded', String(!hits.hidden));
  }
  const close = () => { hits.hidden = true; choose(-1); };
  function pick(at) {
    // Which closes it.
    input.blur();
    if (found[at]) visit(found[at].id);
  }
  on(input, 'input', async () => {
    const mine = ++sought, text = input.value.trim(), answer = text ? await source.search(text) : [];
    if (mine !== sought) return;
    found = answer;
    hits.replaceChildren(...(found.length ? found : [{ id: 'no id has these words' }]).map(({ id, descendants }, at) =>
      make('div', { role: 'option', id: `hit${at}`, onmousedown: () => pick(at) }, make('span', {}, id), faint(descendants && grouped(descendants)))));
    hits.hidden = !text;
    choose(found.length ? 0 : -1);
  });
  on(input, 'blur', close);
  on(window, 'keydown', (event) => {
    const { key, target } = event, isTyping = /^(INPUT|SELECT)$/.test(target.tagName), step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (!isPlain(event)) return;
    if (target === input && step) choose((chosen + step + found.length) % Math.max(1, found.length));
    else if (target === input && key === 'Enter') pick(chosen);
    else if (key === 'Escape') {
      if (isTyping) target.blur(); else if (isClose()) look(0, 0, scene.w); else if (state.sel) go({});
    } else if (!isTyping && key === '/') input.select();
    else if (!isTyping && key === 'Backspace') { if (scene?.view.path.length > 1) go({ at: scene.view.path.at(-2)[0] }); }
    else return;
    event.preventDefault();
  });
  for (const what of ['size', 'colour']) on(byId(what), 'change', ({ target }) => go({ [what]: target.value, sel: state.sel }));
  on(window, 'popstate', () => show(read()));
  on(isDark, 'change', draw);
  new ResizeObserver(() => {
    if (scene && (stage.clientWidth !== scene.w || stage.clientHeight !== scene.h)) show(state, true);
  }).observe(stage);
  // For tests, and for those who want to look behind the page.
  window.modelkin = { source, scene: () => scene, isStill: () => done === turn, drawn };
  return show(read());
}
