// node check.mjs PAGE.html [--shots DIR] [--pdf]
//
// Opens a page in Chromium (ANTESALA_BROWSER, or /usr/bin/chromium) as its readers do: at a desk, on a phone,
// without scripts, by keyboard, on paper. Writes one JSON object: `findings`, a list of what is wrong for each kind of
// fault, and `facts`, how much there was to look at. The exit status is 0 unless the page could not be looked at.
// `--shots` keeps pictures of the whole page in a folder, and `--pdf` prints it (kept in the same folder).
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { look, missing, stop, unreached } from './look.mjs';

const { values: flags, positionals: [file] } = parseArgs({
  allowPositionals: true,
  options: { shots: { type: 'string' }, pdf: { type: 'boolean', default: false } },
});
if (!file) throw new Error('usage: node check.mjs PAGE.html [--shots DIR] [--pdf]');
const address = pathToFileURL(resolve(file)).href;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const DESK = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
// A4 without its margins.
const PAPER = { width: 688, height: 1000 };

const findings = {
  console: [], errors: [], requests: [], sideways: [], axe: [], clipped: [], overlapping: [], small_text: [], ids: [],
  links: [], images: [], words: [], targets: [], lang: [], controls: [], play: [], sort: [], chart: [], keyboard: [],
  no_script: [], print: [],
};
// Maps, columns that sort and charts that were tried (at a desk and on a phone), stops of the keyboard, printed pages.
const facts = { maps: 0, sorts: 0, charts: 0, stops: 0, pages: {} };
function note(kind, view, found) {
  const lines = [found].flat().map(text => `${view}: ${text}`);
  findings[kind].push(...lines.filter(line => !findings[kind].includes(line)));
}

const browser = await chromium.launch({
  executablePath: process.env.ANTESALA_BROWSER || '/usr/bin/chromium',
  chromiumSandbox: process.getuid?.() !== 0,
});

async function open(view, options) {
  const context = await browser.newContext({ ...options, colorScheme: 'light' });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('console', m => ['error', 'warning'].includes(m.type()) && note('console', view, m.text()));
  page.on('pageerror', error => note('errors', view, error.message));
  await page.route(url => !['data:', 'blob:'].includes(url.protocol), route => {
    const url = route.request().url();
    if (url.split('#')[0] === address) return route.continue();
    note('requests', view, url);
    return route.abort();
  });
  await page.goto(address);
  return page;
}

/** Looks at the page with all its details open. */
async function inspect(page, view, sight) {
  await page.evaluate(() => document.querySelectorAll('details').forEach(e => { e.open = true; }));
  await page.waitForTimeout(200);
  const found = await page.evaluate(look, { phone: false, print: false, scripts: true, ...sight });
  for (const [kind, list] of Object.entries(found)) note(kind, view, list);
}

async function accessible(page, view) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  for (const { id, impact, help, nodes } of violations) {
    if (impact !== 'serious' && impact !== 'critical') continue;
    note('axe', view, `${id} (${impact}): ${help}: ${nodes.length} times, ${nodes[0].target.join(' ')}`);
  }
}

const visible = (page, selector) => page.locator(selector).filter({ visible: true }).all();
const changes = async (read, before, patience) => {
  for (const end = Date.now() + patience; Date.now() < end;) {
    if (await read() !== before) return true;
    await new Promise(next => setTimeout(next, 50));
  }
  return false;
};

async function plays(page, view, press) {
  for (const map of await page.locator('[data-map]:has([data-play])').filter({ visible: true }).all()) {
    facts.maps += 1;
    const date = () => map.locator('[data-date]').first().textContent();
    const play = map.locator('[data-play]').first();
    let before = await date();
    if (await changes(date, before, 700)) note('play', view, 'it plays unasked');
    await press(play);
    if (!await changes(date, before, 5000)) { note('play', view, `the date stays at ${before}`); continue; }
    await press(play);
    before = await date();
    if (await changes(date, before, 1500)) note('play', view, 'it does not pause');
    for (const step of await map.locator('[data-step]').filter({ visible: true }).all()) {
      if (!await step.isEnabled()) continue;
      before = await date();
      await press(step);
      if (!await changes(date, before, 1000)) note('play', view, `a step stays at ${before}`);
    }
  }
}

async function sorts(page, view, press) {
  for (const table of await page.locator('table:has(th button[data-sort])').filter({ visible: true }).all()) {
    const rows = async () => JSON.stringify(await table.locator('tbody tr').allTextContents());
    for (const button of await table.locator('th button[data-sort]').filter({ visible: true }).all()) {
      facts.sorts += 1;
      const name = await button.textContent(), before = await rows();
      await press(button);
      const once = await rows();
      const sorted = await table.locator('th[aria-sort=ascending], th[aria-sort=descending]').count();
      const own = await button.locator('xpath=ancestor::th[@aria-sort="ascending" or @aria-sort="descending"]').count();
      if (sorted !== 1 || own !== 1) note('sort', view, `${name}: aria-sort does not say so`);
      await press(button);
      // A column may be in order already, or have one value throughout; but not each way.
      if (once === before && await rows() === before) note('sort', view, `${name}: the rows stay`);
    }
  }
}

async function reads(page, view) {
  for (const part of await visible(page, '[data-chart] [tabindex="0"], [data-chart][tabindex="0"]')) {
    facts.charts += 1;
    const chart = part.locator('xpath=ancestor-or-self::*[@data-chart][1]');
    const read = async () => (await chart.locator('.readout').allInnerTexts()).join(' ').trim();
    const name = `chart ${await chart.getAttribute('id') ?? facts.charts}`;
    await part.focus();
    await part.press('ArrowRight');
    if (!await changes(read, '', 1000)) { note('chart', view, `${name}: nothing is read out`); continue; }
    const first = await read();
    await part.press('ArrowLeft');
    if (await changes(read, first, 500)) continue;
    await part.press('ArrowRight');
    if (!await changes(read, first, 500)) note('chart', view, `${name}: the arrows stay at ${first}`);
  }
}

async function walk(page, view) {
  await page.reload();
  for (let presses = 0; presses < 1000; presses += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(stop);
    if (!at) break;
    facts.stops += 1;
    if (!at.ring) note('keyboard', view, `${at.name}: focus is not seen`);
    if (!at.inside) note('keyboard', view, `${at.name}: out of sight`);
  }
  note('keyboard', view, (await page.evaluate(unreached)).map(name => `${name}: not reached`));
}

async function paper(page) {
  await page.setViewportSize(PAPER);
  await page.emulateMedia({ media: 'print' });
  await inspect(page, 'print', { print: true });
  if (!flags.pdf) return;
  const kinds = { A4: { format: 'A4' }, Letter: { format: 'Letter' }, own: { preferCSSPageSize: true } };
  for (const [kind, options] of Object.entries(kinds)) {
    const path = flags.shots && join(flags.shots, `${kind}.pdf`);
    const pdf = await page.pdf({ path, printBackground: true, ...options });
    facts.pages[kind] = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    if (facts.pages[kind] === 0) note('print', kind, 'no pages');
  }
}

try {
  if (flags.shots) mkdirSync(flags.shots, { recursive: true });
  for (const [view, options, phone] of [['desktop', DESK, false], ['phone', PHONE, true]]) {
    const page = await open(view, options);
    if (flags.shots) await page.screenshot({ path: join(flags.shots, `${view}.png`), fullPage: true });
    const press = phone ? button => button.tap() : button => button.click();
    await plays(page, view, press);
    await sorts(page, view, press);
    await reads(page, view);
    await inspect(page, view, { phone });
    await accessible(page, view);
    if (!phone) await walk(page, view);
    await page.context().close();

    const still = await open(`${view} without scripts`, { ...options, javaScriptEnabled: false });
    await inspect(still, `${view} without scripts`, { phone, scripts: false });
    note('no_script', view, await still.evaluate(missing));
    await still.context().close();
  }
  await paper(await open('print', DESK));
} finally {
  await browser.close();
}
console.log(JSON.stringify({ page: address, findings, facts }, null, 1));
