// Opens the page of a map in a browser, from the disk: what it shows at many places is what the library says (`examples/map_views.rs`), the counts
// of models are the program's, back, forward and reload show the same again, the keyboard alone leads to a model and back, nothing is asked
// for, nothing that a model says of itself does anything, and axe finds nothing, light and dark, wide and narrow.
//
//     node look_at_explorer.mjs PAGE.html VIEWS.jsonl [RANK.json] [PICTURE]
//
// VIEWS are the lines of `map_views`, RANK is `modelkin rank --top 0 --by descendants,authors --format json`. With PICTURE, what was seen is kept.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';

const [file, views, rank, picture] = process.argv.slice(2);
const address = pathToFileURL(path.resolve(file)).href;
const axe = fs.readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const browser = await puppeteer.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const wrong = [];
let device = '';
const say = (what) => wrong.push(`${device}: ${what}`);
// Whatever the order of the names in it.
const sorted = (_, value) => value && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value;
const same = (a, b) => JSON.stringify(a, sorted) === JSON.stringify(b, sorted);

async function open(width, scheme, { hash = '', bypass = false } = {}) {
  device = `${width}, ${scheme}`;
  const page = await browser.newPage();
  if (bypass) await page.setBypassCSP(true);
  page.on('request', (request) => request.url().split('#')[0] === address || request.url().startsWith('data:') || say(`asks for ${request.url()}`));
  page.on('console', (message) => say(`console: ${message.text()}`));
  page.on('pageerror', (error) => say(`error: ${error.stack ?? error}`));
  page.on('dialog', (dialog) => { say(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  await page.setViewport({ width, height: width < 700 ? 800 : 900 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }, { name: 'prefers-reduced-motion', value: 'reduce' }]);
  await page.goto(address + hash);
  await settled(page);
  return page;
}
// The map shows what the address says, and the panel tells of it.
const settled = (page) => page.waitForFunction(() => globalThis.modelkin?.scene() && modelkin.isStill(), { timeout: 60000 });
const seen = (page) => page.evaluate(() => ({ hash: location.hash, at: modelkin.scene().view.at,
  marks: modelkin.scene().view.marks, title: document.querySelector('h1')?.textContent, path: document.getElementById('path').textContent,
  outline: document.getElementById('tree').textContent, legend: document.getElementById('legend').textContent }));

// What is at many places, as the library says it.
let page = await open(1440, 'light');
let compared = 0, marks = 0;
for (const line of fs.readFileSync(views, 'utf8').split('\n').filter(Boolean)) {
  const { asked, view, id, model } = JSON.parse(line);
  const found = await page.evaluate(async (asked, id) => ({ view: await modelkin.source.view(...asked), about: await modelkin.source.model(id),
    children: await modelkin.source.children(id) }), asked, id);
  for (const key of Object.keys(view)) if (!same(found.view?.[key], view[key])) {
    const at = key === 'marks' ? view.marks.findIndex((mark, at) => !same(mark, found.view?.marks[at])) : -1;
    say(`${asked}: ${key} ${at < 0 ? `${JSON.stringify(found.view?.[key])?.slice(0, 300)}, and not ${JSON.stringify(view[key])?.slice(0, 300)}`
      : `${at}: ${JSON.stringify(found.view?.marks[at])}, and not ${JSON.stringify(view.marks[at])}`}`);
  }
  // Of what is not in the page, the name alone is.
  const isHere = ({ id }) => found.about.up.models.find((model) => model.id === id)?.listed !== null;
  const known = { ...model.about, up: { ...model.about.up, models: model.about.up.models.filter(isHere) } };
  const told = { ...found.about, up: { ...found.about.up, models: found.about.up.models.filter(isHere) } };
  if (told.up.models.length === found.about.up.models.length && !same(told, known)) say(`${id}: ${JSON.stringify(told)}, and not ${JSON.stringify(known)}`);
  if (!same(found.children, model.children)) say(`children of ${id}: ${JSON.stringify(found.children).slice(0, 400)}, and not ${JSON.stringify(model.children).slice(0, 400)}`);
  compared++;
  marks += view.marks.length;
}

// Counts of models as the program's own.
let counts = 0;
if (rank && rank !== '-') {
  const rows = JSON.parse(fs.readFileSync(rank, 'utf8')).rows;
  for (let at = 0; at < rows.length; at += Math.ceil(rows.length / 20)) {
    const row = rows[at], about = await page.evaluate((id) => modelkin.source.model(id), row.id);
    if (!about) { say(`${row.id} is not there`); continue; }
    const [unstated, finetune, quantized, adapter, merge] = about.by_relation;
    const found = { direct: about.direct, descendants: about.descendants, unstated, finetune, quantized, adapter, merge, authors: about.authors };
    for (const [key, value] of Object.entries(found)) if (row[key] !== undefined && row[key] !== value) say(`${row.id}: ${key} ${value}, and not ${row[key]}`);
    counts++;
  }
  if (counts < 10) say(`only ${counts} models were compared`);
}

// Back, forward and reload.
const steps = [await seen(page)];
const click = async (find) => {
  const point = await page.evaluate((find) => {
    const mark = modelkin.scene().marks.find(new Function('mark', `return ${find}`)), box = document.getElementById('canvas').getBoundingClientRect();
    return mark && [box.left + mark.x + mark.w / 2, box.top + mark.y + Math.min(mark.h / 2, 7)];
  }, find);
  if (!point) return say(`no mark with ${find}`);
  await page.mouse.click(...point);
  await settled(page);
  steps.push(await seen(page));
};
await click('mark.within < 0 && mark.isOpen && mark.kids.length');
await click('mark.within < 0 && mark.isOpen && mark.kids.length');
await page.select('#colour', 'month');
await settled(page);
steps.push(await seen(page));
await click('mark.kind === 3');
await click('mark.kind === 2 && !mark.isOpen');
for (const [at, { hash }] of steps.entries()) if (at && hash === steps[at - 1].hash) say(`the address of step ${at} is that of the one before: ${hash}`);
for (let at = steps.length - 2; at >= 0; at--) {
  await page.goBack();
  await settled(page);
  if (!same(await seen(page), steps[at])) say(`back to step ${at}: ${JSON.stringify(await seen(page)).slice(0, 300)}`);
}
for (let at = 1; at < steps.length; at++) {
  await page.goForward();
  await settled(page);
  if (!same(await seen(page), steps[at])) say(`forward to step ${at}: ${(await seen(page)).hash}`);
}
await page.reload();
await settled(page);
if (!same(await seen(page), steps.at(-1))) say('reload shows something else');
await page.close();

// The keyboard alone: search, a model, its way up, and through the outline.
page = await open(1440, 'light');
const start = await seen(page);
const wanted = await page.evaluate(() => modelkin.scene().marks.filter(({ kind }) => kind === 2).sort((a, b) => b.descendants - a.descendants)[0].text);
await page.keyboard.press('/');
await page.keyboard.type(wanted.toLowerCase());
await page.waitForFunction(() => document.querySelectorAll('#hits [role=option]').length);
await page.keyboard.press('Enter');
await page.waitForFunction((id) => document.querySelector('h1')?.textContent === id, { timeout: 5000 }, wanted).catch(() => say(`search does not lead to ${wanted}`));
await settled(page);
await page.keyboard.press('Escape');
await page.evaluate(() => document.querySelector('#tree [tabindex="0"]').focus());
const before = (await seen(page)).at;
for (const key of ['ArrowDown', 'ArrowUp', 'ArrowRight', 'ArrowLeft', 'End', 'Home']) await page.keyboard.press(key);
if (await page.evaluate(() => document.activeElement.getAttribute('role')) !== 'treeitem') say('the outline loses the focus');
await page.keyboard.press('Enter');
await settled(page);
const inside = await seen(page);
if (inside.at === before && !inside.hash.includes('sel=')) say(`Enter in the outline stays at ${before}`);
for (let at = 0; at < 9 && (await seen(page)).at !== 'hub'; at++) {
  await page.keyboard.press('Backspace');
  await settled(page);
}
if ((await seen(page)).at !== 'hub') say('Backspace does not lead to the top');
if (start.at === 'hub' && !same((await seen(page)).marks, start.marks)) say('the top looks otherwise than before');
await page.close();

// By eye of the machine.
const model = `#at=model:${encodeURIComponent(wanted)}`;
for (const [width, kind] of [[1440, 'wide'], [375, 'phone']]) for (const scheme of ['light', 'dark']) for (const [name, hash] of [['top', ''], ['model', model], ['chosen', `${model}&sel=${encodeURIComponent(wanted)}&colour=month&size=downloads`], ['alone', '#at=alone']]) {
  page = await open(width, scheme, { hash, bypass: true });
  if (await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)) say(`${name} scrolls sideways`);
  await page.evaluate(axe);
  for (const { id, impact, nodes } of await page.evaluate(async () => (await axe.run()).violations)) {
    say(`axe, ${impact}, ${name}: ${id}, ${nodes.length} times, first ${nodes[0].html.slice(0, 160)}`);
  }
  if (await page.evaluate(() => document.querySelector('img, iframe, object, [onerror], [onclick], [style*=url]'))) say('markup has come in');
  if (picture) await page.screenshot({ path: `${picture}-${name}-${kind}-${scheme}.png` });
  await page.close();
}
await browser.close();
if (wrong.length) {
  console.error([...new Set(wrong)].slice(0, 40).join('\n'));
  process.exit(1);
}
console.log(`${path.basename(file)}: ${marks} marks at ${compared} places as the library has them, ${counts} models as the program counts them, sixteen views, nothing wrong`);
