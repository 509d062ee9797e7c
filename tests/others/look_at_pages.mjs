// Opens the pages of `modelkin serve` in a browser, wide and narrow, light and dark: no request to anybody else, no message, no dialog,
// nothing that scrolls sideways, and nothing for axe. Searches, sorts and lists by keyboard alone. And holds what programs are given
// against what the program prints, for a thousand questions.
//
//     node look_at_pages.mjs PROGRAM SNAPSHOT [QUESTIONS] [PICTURES]
//
// With PICTURES, a folder, what was seen is kept there.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import puppeteer from 'puppeteer-core';

const [program, snapshot, questions = '1000', pictures] = process.argv.slice(2);
const axe = fs.readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const run = promisify(execFile);
const print = async (words) => {
  const env = { ...process.env, MODELKIN_SNAPSHOT: '' };
  try {
    return { code: 0, out: (await run(program, [...words, '--snapshot', snapshot], { env, maxBuffer: 1 << 28 })).stdout };
  } catch (error) {
    return { code: error.code, out: error.stdout };
  }
};
const wrong = [];

// The server ends with this script.
const server = spawn(program, ['serve', snapshot, '--port', '0', '--quiet'], { stdio: ['ignore', 'pipe', 'inherit'] });
process.on('exit', () => server.kill());
const site = await new Promise((found) => server.stdout.once('data', (line) => found(String(line).trim().replace(/\/$/, ''))));

// A thousand questions, the same ones each time.
let seed = 20260930;
const random = (below) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
};
const any = (list) => list[random(list.length)];
const rows = async (words) => JSON.parse((await print([...words, '--format', 'json'])).out).rows;
const models = (await rows(['family', 'Qwen', '--list', 'f2'])).map((row) => row.id).concat((await rows(['rank', '--top', '400'])).map((row) => row.id));
const owners = [...new Set(models.filter((id) => id.includes('/')).map((id) => id.split('/')[0]))];
const families = (await rows(['rank', '--of', 'families', '--top', '0'])).map((row) => row.id);
const text = encodeURIComponent;
const filters = [[], [['exclude', 'merge']], [['relation', 'quantized,finetune']], [['no-unlisted']], [['since', '2024']], [['until', '2025-03']]];
const kinds = [
  () => [`/model/${any(models)}`, (name) => ['family', name]],
  () => [`/owner/${any(owners)}`, (name) => ['family', `${name}/*`]],
  () => [`/family/${any(families)}`, (name) => ['family', name]],
  () => [`/upstream/${any(models)}`, (name) => ['upstream', name], true],
  () => [`/siblings/${any(models)}`, (name) => ['siblings', name]],
  () => [`/show/${any(models)}`, (name) => ['show', name]],
  () => [`/licences/${any(models)}`, (name) => ['licences', name], true],
];
const rank = () => {
  const options = [['of', any(['models', 'owners', 'families', 'authors', 'countries', 'licences'])], ['by', any(['descendants', 'authors', 'downloads', 'merge'])], ['top', String(random(30))]];
  return [`/rank?${options.map(([name, value]) => `${name}=${value}`).join('&')}`, ['rank', ...options.map(([name, value]) => `--${name}=${value}`)]];
};
const compare = () => {
  const names = [any(families), any(families), any(models)].filter((name, at, all) => all.indexOf(name) === at);
  const by = any(['month', 'relation', 'country', 'owner', 'licence', 'year']);
  return [`/compare?${names.map((name) => `name=${text(name)}`).join('&')}&by=${by}`, ['compare', ...names, `--by=${by}`]];
};
const flows = () => {
  const by = any(['owner', 'publisher', 'converter', 'country', 'kind', 'family']);
  const within = any(families);
  return [`/flows?by=${by}&within=${text(within)}`, ['flows', `--by=${by}`, `--within=${within}`]];
};
const why = () => {
  const [from, to] = [any(models), any(models)];
  return [`/path?from=${text(from)}&to=${text(to)}`, ['why', from, to]];
};
let same = 0;
for (let at = 0; at < Number(questions); at += 1) {
  let address, words;
  if (random(3) === 0) [address, words] = any([rank, compare, flows, why])();
  else {
    const [plain, of, isUndated] = any(kinds)();
    const filter = any(filters.filter((filter) => !isUndated || !filter.some(([name]) => name === 'since' || name === 'until')));
    const [, kind, name] = plain.match(/^\/([a-z]+)\/(.*)$/s);
    const query = filter.map(([name, value]) => (value === undefined ? name : `${name}=${value}`)).join('&');
    address = `/${kind}/${name.split('/').map(text).join('/')}${query ? `?${query}` : ''}`;
    words = [...of(name), ...filter.map(([name, value]) => (value === undefined ? `--${name}` : `--${name}=${value}`))];
  }
  const format = any(['json', 'json', 'csv']);
  const [got, printed] = await Promise.all([
    fetch(`${site}/api${address}${address.includes('?') ? '&' : '?'}format=${format}`),
    print([...words, '--format', format]),
  ]);
  const body = await got.text();
  // A negative answer has an exit code of its own, and is an answer.
  if ([0, 3].includes(printed.code) ? body !== printed.out : got.status < 400) wrong.push(`${address} as ${format}: not what ${words.join(' ')} prints (${got.status}, ${printed.code})`);
  else same += 1;
}

const browser = await puppeteer.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const model = (await rows(['rank', '--top', '1']))[0].id;
const merge = models.find((id) => id.includes('-Instruct')) ?? model;
const pages = {
  home: '/', model: `/model/${model}`, derived: `/model/${merge}`, family: `/family/${text(families[0])}`, beside: `/family/${text(families[0])}?vs=no+such+name`, children: `/model/${model}#children&relation=quantized&downloads=1`, owner: `/owner/${text(model.split('/')[0])}`,
  rank: '/rank?of=authors&by=downloads', flows: '/flows?by=country', compare: `/compare?name=${text(families[0])}&name=${text(families[1])}&by=month`,
  path: `/path?from=${text(merge)}&to=${text(model)}`, search: '/search?q=qwen+gguf', empty: '/search', report: '/report?section=shape', about: '/about', diff: '/diff',
  map: '/map', place: `/map#at=model:${model}`,
  nothing: '/model/no/such', wrong: '/rank?bye=x',
};
for (const [device, width] of [['desktop', 1440], ['phone', 375]]) {
  for (const scheme of ['light', 'dark']) {
    for (const [name, address] of Object.entries(pages)) {
      const page = await browser.newPage();
      await page.setBypassCSP(true);
      const say = (what) => wrong.push(`${name}, ${device}, ${scheme}: ${what}`);
      page.on('request', (request) => request.url().startsWith(`${site}/`) || request.url().startsWith('data:') || say(`asks for ${request.url()}`));
      // That a page is not there is said on the console too.
      page.on('console', (message) => ['nothing', 'wrong'].includes(name) || say(`console: ${message.text()}`));
      page.on('pageerror', (error) => say(`error: ${error}`));
      page.on('dialog', (dialog) => { say(`dialog: ${dialog.message()}`); dialog.dismiss(); });
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      // The map asks for what it shows; the others are whole.
      await page.goto(`${site}${address}`, { waitUntil: ['map', 'place'].includes(name) ? 'networkidle0' : 'load' });
      const isWide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
      if (isWide) say('scrolls sideways');
      const [title, about] = await page.evaluate(() => [document.title, document.querySelector('meta[name=description]')?.content ?? '']);
      if (title.length < 12 || about.length < 12) say(`says too little of itself: ${title}, ${about}`);
      await page.evaluate(axe);
      for (const { id, impact, nodes } of await page.evaluate(async () => (await axe.run()).violations)) {
        say(`axe, ${impact}: ${id}, ${nodes.length} times, first ${nodes[0].html.slice(0, 160)}`);
      }
      if (pictures) await page.screenshot({ path: path.join(pictures, `${name}-${device}-${scheme}.png`) });
      await page.close();
    }
  }
}

// By keyboard alone: from the first page to a model, a column sorted, and back.
{
  const page = await browser.newPage();
  const say = (what) => wrong.push(`keyboard: ${what}`);
  page.on('pageerror', (error) => say(`error: ${error}`));
  await page.goto(`${site}/`, { waitUntil: 'networkidle0' });
  const permalink = page.url();
  if (!/\/s\/[0-9a-f]{12}\/$/.test(permalink)) say(`a plain address leads to ${permalink}`);
  await page.keyboard.press('/');
  await page.keyboard.type(model.toLowerCase().replace('/', ' '));
  await page.waitForSelector('#hits:not([hidden]) li');
  await page.keyboard.press('ArrowDown');
  await Promise.all([page.waitForNavigation({ waitUntil: 'networkidle0' }), page.keyboard.press('Enter')]);
  if ((await page.$eval('h1', (node) => node.textContent)) !== model) say(`the first hit is not ${model}`);
  const head = await page.$('#counts th button.sort');
  if (head) {
    await head.focus();
    await page.keyboard.press('Enter');
    if (!(await page.$('#counts th[aria-sort]'))) say('no column was sorted');
  }
  // A citation stands below the answer, with the page's permalink and other forms, and goes away again.
  await page.focus('#counts a.cite');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#counts .citation');
  const cited = await page.$eval('#counts .citation', (node) => [node.textContent, [...node.querySelectorAll('a')].map((link) => link.href)]);
  if (!cited[0].includes(page.url()) || !cited[0].includes('odelkin')) say(`cited is ${cited[0]}`);
  for (const form of cited[1]) {
    if ((await page.evaluate((address) => fetch(address).then((got) => got.status), form)) !== 200) say(`${form} is none`);
  }
  await page.focus('#counts a.cite');
  await page.keyboard.press('Enter');
  if (await page.$('#counts .citation')) say('the citation stays');
  await page.goBack({ waitUntil: 'networkidle0' });
  if (page.url() !== permalink) say(`back leads to ${page.url()}`);
  await page.goForward({ waitUntil: 'networkidle0' });
  await page.reload({ waitUntil: 'networkidle0' });
  if ((await page.$eval('h1', (node) => node.textContent)) !== model) say('reloaded, it is another page');
  await page.close();
}
// The children of the model that has most: every filter and order against the program's own rows, kept in the address, by keyboard.
{
  const page = await browser.newPage();
  const say = (what) => wrong.push(`children: ${what}`);
  page.on('pageerror', (error) => say(`error: ${error}`));
  const [{ id }] = await rows(['rank', '--by', 'direct', '--top', '1']);
  const all = await rows(['family', id, '--list', 'f1']);
  const unknown = 'not known', plain = (number) => number.toLocaleString('en-US');
  const owner = (row) => (row.id.includes('/') ? row.id.split('/')[0] : null), day = (row) => row.created?.slice(0, 10) ?? null;
  const is = {
    q: (row, words) => words.toLowerCase().split(' ').every((word) => [row.id, row.relation, row.licences.join(' '), day(row)].join(' ').toLowerCase().includes(word)),
    relation: (row, relation) => row.relation === relation,
    owner: (row, name) => owner(row) === name,
    licence: (row, licence) => (licence === unknown ? row.licences.length === 0 : row.licences.includes(licence)),
    from: (row, from) => (from === unknown ? day(row) === null : day(row) !== null && day(row) >= from),
    to: (row, to) => day(row) !== null && day(row) <= to,
    downloads: (row, least) => (least === unknown ? row.downloads === null : row.downloads !== null && row.downloads >= Number(least)),
  };
  const keys = { id: (row) => row.id, relation: (row) => row.relation, downloads: (row) => row.downloads, likes: (row) => row.likes, created: day, licence: (row) => (row.licences.length ? row.licences.join(', ') : null) };
  const expected = (state) => {
    const { sort = '-downloads', ...filters } = state, down = sort.startsWith('-'), key = keys[sort.replace('-', '')];
    const found = all.filter((row) => Object.entries(filters).every(([name, value]) => is[name](row, value)));
    const order = new Intl.Collator('en');
    return found.sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      if (x === null || y === null) return (x === null) - (y === null);
      return (typeof x === 'number' ? x - y : order.compare(x, y)) * (down ? -1 : 1);
    });
  };
  const seen = () => page.evaluate(() => ({
    said: document.querySelector('#children .said').textContent, address: location.hash,
    ids: [...document.querySelectorAll('.virtual td a')].map((link) => link.textContent), first: Number(document.querySelector('.virtual [aria-rowindex]')?.getAttribute('aria-rowindex') ?? 2) - 2,
  }));
  const check = async (state, how) => {
    const { said, ids, first } = await seen(), rows = expected(state), what = `${how} ${JSON.stringify(state)}`;
    if (!said.startsWith(`${plain(rows.length)} of ${plain(all.length)} children`)) say(`${what}: ${said}, where ${rows.length} of ${all.length} are meant`);
    const wanted = rows.slice(first, first + ids.length).map((row) => row.id);
    if (wanted.join() !== ids.join()) say(`${what}: other rows or another order, first ${ids[0]}, not ${wanted[0]}`);
    if (rows.length > 0 && ids.length === 0) say(`${what}: no row is there`);
    if (ids.length > 120) say(`${what}: ${ids.length} rows are there at once`);
  };
  const base = `${site}/model/${id.split('/').map(text).join('/')}`;
  await page.goto(base, { waitUntil: 'networkidle0' });
  await page.focus('.parts a[href="#children"]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.virtual td a');
  await check({}, 'as it opens');
  const most = (values) => {
    const counts = new Map();
    values.filter((value) => value !== null).forEach((value) => counts.set(value, (counts.get(value) ?? 0) + 1));
    return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
  };
  const [someone, licence] = [most(all.map(owner)), most(all.flatMap((row) => row.licences))];
  const states = [
    { relation: 'quantized' }, { relation: 'finetune', sort: 'created' }, { owner: someone }, { licence: unknown }, ...(licence ? [{ licence }] : []), { from: '2024-12-01' },
    { from: '2024-06-01', to: '2025-03-31', sort: '-created' }, { from: unknown }, { downloads: '10' }, { downloads: unknown, sort: 'id' }, { q: 'gguf', relation: 'quantized' },
    { q: 'no such words at all' }, { sort: '-likes' }, { sort: '-id' }, { sort: 'licence' },
  ];
  for (const state of states) {
    const hash = `#children${Object.entries(state).map(([name, value]) => `&${name}=${text(value)}`).join('')}`;
    await page.evaluate((hash) => { location.hash = hash; }, hash);
    await page.waitForFunction((hash) => location.hash === hash, {}, hash);
    await check(state, 'by address');
  }
  // By hand and keyboard: a relation, then words; back and reload restore each.
  await page.goto(`${base}?again`, { waitUntil: 'networkidle0' });
  await page.evaluate(() => document.getElementById('children').scrollIntoView());
  await page.waitForSelector('.virtual td a');
  await page.select('.filters select', 'quantized');
  await check({ relation: 'quantized' }, 'chosen');
  await page.focus('.filters input[type=search]');
  await page.keyboard.type('gguf');
  await check({ relation: 'quantized', q: 'gguf' }, 'typed');
  await page.focus('.virtual th:nth-child(5) button');
  await page.keyboard.press('Enter');
  const last = { relation: 'quantized', q: 'gguf', sort: '-created' };
  await check(last, 'sorted');
  await page.reload({ waitUntil: 'networkidle0' });
  await page.waitForSelector('.virtual thead th');
  await check(last, 'reloaded');
  if ((await page.$eval('.filters input[type=search]', (field) => field.value)) !== 'gguf') say('reloaded, the field is empty');
  for (const state of [{ relation: 'quantized', q: 'gguf' }, { relation: 'quantized' }, {}]) {
    await page.evaluate(() => history.back());
    await new Promise((done) => { setTimeout(done, 200); });
    await check(state, 'back to');
  }
  // The table scrolls to its end by keyboard.
  await page.focus('.virtual');
  await page.keyboard.press('End');
  await new Promise((done) => { setTimeout(done, 600); });
  await check({}, 'at the end');
  const { ids } = await seen();
  if (ids.at(-1) !== expected({}).at(-1).id) say(`the last row is ${ids.at(-1)}, not ${expected({}).at(-1).id}`);
  await page.close();
}
// A family beside two others, by keyboard: models are suggested beside families, and a wrong name is told at its field.
{
  const page = await browser.newPage();
  const say = (what) => wrong.push(`family: ${what}`);
  page.on('pageerror', (error) => say(`error: ${error}`));
  await page.goto(`${site}/family/${text(families[0])}`, { waitUntil: 'networkidle0' });
  const type = async (place, name) => {
    await page.focus(`.beside div:nth-of-type(${place}) input`);
    await page.keyboard.down('Control');
    await page.keyboard.press('a');
    await page.keyboard.up('Control');
    await page.keyboard.type(name);
  };
  await type(2, model.split('/').at(-1).toLowerCase());
  const suggested = (id) => [...document.querySelectorAll('#families option')].some((option) => option.value === id);
  await page.waitForFunction(suggested, { timeout: 5000 }, model).catch(() => say(`${model} is not suggested`));
  await type(2, model);
  await type(1, 'no such name');
  await Promise.all([page.waitForNavigation({ waitUntil: 'networkidle0' }), page.keyboard.press('Enter')]);
  const told = await page.$eval('[aria-invalid]', (field) => document.getElementById(field.getAttribute('aria-describedby'))?.textContent).catch(() => '');
  if (!told?.includes('no such name')) say(`of a wrong name is said ${told}`);
  const command = await page.$eval('#beside code', (code) => code.textContent);
  if (command !== `modelkin compare ${families[0]} ${model}`) say(`beside it stands what ${command} gives`);
  await page.close();
}
await browser.close();
if (wrong.length) {
  console.error([...new Set(wrong)].slice(0, 40).join('\n'));
  process.exit(1);
}
console.log(`${same} answers are the program's own bytes; ${Object.keys(pages).length} pages in four views, nothing wrong by eye of the machine or by axe; search, children and back by keyboard, children in every order and filter as the program has them`);
process.exit(0);
