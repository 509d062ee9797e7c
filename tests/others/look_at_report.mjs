// Opens a report's page in a browser, wide and narrow, light and dark: no request, no message, no dialog, nothing that
// scrolls sideways, no label of a picture cut off or on another, and nothing for axe. By keyboard alone: contents, permalinks,
// tables sorted and filtered, what a column means. Without a script and on paper nothing is missing.
//
//     node look_at_report.mjs PAGE.html [PICTURE]
//
// With PICTURE, what was seen is kept as PICTURE-phone-dark.png and so on.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';

const [file, picture] = process.argv.slice(2);
const address = pathToFileURL(path.resolve(file)).href;
const axe = fs.readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const browser = await puppeteer.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const wrong = [];
let labels = 0;
for (const [device, width] of [['desktop', 1280], ['phone', 375]]) {
  for (const scheme of ['light', 'dark']) {
    const page = await browser.newPage();
    // axe is put into the page, which itself allows no script but its own.
    await page.setBypassCSP(true);
    const say = (what) => wrong.push(`${device}, ${scheme}: ${what}`);
    page.on('request', (request) => request.url() === address || say(`asks for ${request.url()}`));
    page.on('console', (message) => say(`console: ${message.text()}`));
    page.on('pageerror', (error) => say(`error: ${error}`));
    page.on('dialog', (dialog) => { say(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    await page.setViewport({ width, height: 900 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.goto(address);
    const seen = await page.evaluate(() => {
      const found = [];
      if (document.documentElement.scrollWidth > document.documentElement.clientWidth) found.push('scrolls sideways');
      let labels = 0;
      for (const svg of document.querySelectorAll('svg')) {
        const frame = svg.viewBox.baseVal;
        const texts = [...svg.querySelectorAll('text')].map((text) => ({ text: text.textContent, box: text.getBBox() }));
        labels += texts.length;
        for (const { text, box } of texts) {
          const inside = box.x >= -0.5 && box.y >= -0.5 && box.x + box.width <= frame.width + 0.5 && box.y + box.height <= frame.height + 0.5;
          if (!inside) found.push(`label ${text} leaves its picture`);
        }
        texts.forEach((one, at) => texts.slice(at + 1).forEach((other) => {
          const across = Math.min(one.box.x + one.box.width, other.box.x + other.box.width) - Math.max(one.box.x, other.box.x);
          const down = Math.min(one.box.y + one.box.height, other.box.y + other.box.height) - Math.max(one.box.y, other.box.y);
          if (across > 1 && down > 3) found.push(`labels ${one.text} and ${other.text} overlap`);
        }));
      }
      const sections = document.querySelectorAll('main section').length;
      return { found, labels, sections };
    });
    seen.found.forEach(say);
    labels += seen.labels;
    if (seen.sections < 5 || seen.labels < 20) say(`only ${seen.sections} sections and ${seen.labels} labels`);
    await page.evaluate(axe);
    const violations = await page.evaluate(async () => (await axe.run()).violations);
    for (const { id, impact, nodes } of violations) {
      say(`axe, ${impact}: ${id}, ${nodes.length} times, first ${nodes[0].html.slice(0, 160)}`);
    }
    if (picture) {
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.screenshot({ path: `${picture}-${device}-${scheme}.png`, clip: { x: 0, y: 0, width, height: Math.min(height, 12000) } });
    }
    await page.close();
  }
}

// With the page's own policy, which lets its script run.
const opened = async (width, script = true) => {
  const page = await browser.newPage();
  page.on('console', (message) => wrong.push(`${width}: console: ${message.text()}`));
  page.on('pageerror', (error) => wrong.push(`${width}: error: ${error}`));
  await page.setJavaScriptEnabled(script);
  await page.setViewport({ width, height: 900 });
  await page.goto(address);
  return page;
};
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const say = (what) => wrong.push(what);
const page = await opened(1440);
const focused = (of) => page.evaluate((of) => { const node = document.activeElement; return of === 'text' ? node.textContent.trim() : node.getAttribute(of); }, of);
// Goes on by Tab until something is focused, and tells whether it was.
const tabTo = async (selector, most = 400) => {
  for (let at = 0; at < most; at += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((selector) => document.activeElement.matches(selector), selector)) return true;
  }
  say(`${selector} is not reached by Tab`);
  return false;
};

// Contents: a link leads to its section and is marked while that is read; they stay in sight.
await tabTo('.contents a[href="#shape"]');
await page.keyboard.press('Enter');
await wait(300);
const at = await page.evaluate(() => ({
  current: [...document.querySelectorAll('.contents [aria-current]')].map((link) => link.hash),
  top: document.querySelector('#shape').getBoundingClientRect().top,
  contents: document.querySelector('.contents').getBoundingClientRect().top,
}));
if (at.current.join() !== '#shape' || Math.abs(at.top) > 100 || Math.abs(at.contents) > 20) say(`contents: ${JSON.stringify(at)}`);

// Permalinks: the sign at a table leads to it.
if (await tabTo('a.link[href="#shape-bases"]')) {
  await page.keyboard.press('Enter');
  if (!page.url().endsWith('#shape-bases') || !(await page.$('#shape-bases:target'))) say(`permalink: ${page.url()}`);
}

// A table filters by words, sorts both ways, and says what its columns mean.
const cells = (column) => page.evaluate((column) => [...document.querySelector('[aria-labelledby~="shape-bases"]').querySelectorAll('tbody tr')]
  .filter((row) => !row.hidden).map((row) => row.cells[column].textContent), column);
const all = await cells(0);
await tabTo('.tools input');
const word = all[0].split('/')[0].toLowerCase();
await page.keyboard.type(word);
await wait(100);
const few = await cells(0), left = all.filter((name) => name.toLowerCase().includes(word));
const said = await page.evaluate(() => document.activeElement.nextElementSibling.textContent);
if (few.join() !== left.join() || said !== `${left.length} of the ${all.length} rows here`) say(`filter ${word}: ${few}, ${said}`);
for (let at = 0; at < word.length; at += 1) await page.keyboard.press('Backspace');
const value = (text) => Number(text.replaceAll(',', ''));
await tabTo('[aria-labelledby~="shape-bases"] th:nth-child(3) button.sort');
for (const [order, sign] of [['descending', -1], ['ascending', 1]]) {
  await page.keyboard.press('Enter');
  const sorted = (await cells(2)).map(value), wanted = [...sorted].sort((a, b) => sign * (a - b));
  const told = await page.evaluate(() => document.activeElement.closest('th').getAttribute('aria-sort'));
  if (sorted.join() !== wanted.join() || told !== order || sorted.length !== all.length) say(`sorted ${order}: ${sorted}, ${told}`);
}
const tip = () => page.evaluate(() => { const tip = document.querySelector('.tip'); return tip.hidden ? null : tip.textContent; });
const about = await page.evaluate((id) => document.getElementById(id)?.textContent, await focused('aria-describedby'));
if (!about || (await tip()) !== about) say(`a column's meaning: ${about}, shown ${await tip()}`);
await page.keyboard.press('Escape');
if ((await tip()) !== null) say('Escape leaves what a column means');
await page.close();

// On a narrow screen the contents are a bar that folds.
const phone = await opened(375);
await phone.evaluate(() => document.querySelector('#downloads').scrollIntoView());
await wait(300);
const bar = () => phone.evaluate(() => {
  const box = document.querySelector('.contents').getBoundingClientRect();
  return { open: document.querySelector('.contents details').open, top: box.top, height: box.height, here: document.querySelector('.here').textContent };
});
const folded = await bar();
if (folded.open || folded.top !== 0 || folded.height > 60 || !folded.here.startsWith('Downloads')) say(`bar: ${JSON.stringify(folded)}`);
await phone.focus('.contents summary');
await phone.keyboard.press('Enter');
if (!(await bar()).open) say('the bar does not open');
await phone.keyboard.press('Tab');
await phone.keyboard.press('Enter');
if ((await bar()).open) say('the bar stays open before what was chosen');
const wide = await phone.evaluate(() => [...document.querySelectorAll('.table')].filter((box) => box.scrollWidth > box.clientWidth + 1)
  .filter((box) => box.previousElementSibling.querySelector(':scope > span:last-child').hidden).length);
if (wide) say(`${wide} tables scroll and do not say so`);
await phone.close();

// Without its script the page has the same rows, and its links work.
const plain = await opened(1440, false);
const rows = await plain.$$eval('main tbody tr', (rows) => rows.length);
await plain.click('.contents a[href="#growth"]');
if (!plain.url().endsWith('#growth') || rows < 100 || (await plain.$('.tools'))) say(`without script: ${plain.url()}, ${rows} rows`);
await plain.emulateMediaType('print');
const paper = await plain.evaluate(() => ({
  kept: [...document.querySelectorAll('.contents, .link')].filter((node) => getComputedStyle(node).display !== 'none').length,
  stuck: [...document.querySelectorAll('body *')].filter((node) => ['sticky', 'fixed'].includes(getComputedStyle(node).position)).length,
  heads: getComputedStyle(document.querySelector('thead')).display,
}));
if (paper.kept || paper.stuck || paper.heads !== 'table-header-group') say(`on paper: ${JSON.stringify(paper)}`);
const pdf = path.join(os.tmpdir(), `report-${process.pid}.pdf`);
await plain.pdf({ path: pdf, format: 'A4' });
if (fs.statSync(pdf).size < 10_000) say('no pages were printed');
fs.rmSync(pdf);
await plain.close();

await browser.close();
if (wrong.length) {
  console.error([...new Set(wrong)].slice(0, 40).join('\n'));
  process.exit(1);
}
console.log(`${path.basename(file)}: four views, ${labels} labels, nothing wrong by eye of the machine, by keyboard, on paper or by axe`);
