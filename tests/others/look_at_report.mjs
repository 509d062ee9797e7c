// Opens a report's page in a browser, wide and narrow, light and dark: no request, no message, no dialog, nothing that
// scrolls sideways, no label of a picture cut off or on another, and nothing serious for axe.
//
//     node look_at_report.mjs PAGE.html [PICTURE]
//
// With PICTURE, what was seen is kept as PICTURE-phone-dark.png and so on.
import fs from 'node:fs';
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
    // axe is put into the page, which itself allows no script.
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
await browser.close();
if (wrong.length) {
  console.error([...new Set(wrong)].slice(0, 40).join('\n'));
  process.exit(1);
}
console.log(`${path.basename(file)}: four views, ${labels} labels, nothing wrong by eye of the machine or by axe`);
