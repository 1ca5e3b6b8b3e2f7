// What is looked at inside the page. Each function is sent to the browser alone, so it uses nothing outside itself.

/** Faults of the page as it stands: a list of findings for each kind. */
export function look({ phone, print, scripts }) {
  const found = {
    sideways: [], clipped: [], overlapping: [], small_text: [], ids: [], links: [], images: [], words: [], targets: [],
    lang: [], controls: [],
  };
  const visible = e => e.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && e.getBoundingClientRect().width > 0;
  const short = text => JSON.stringify((text ?? '').replace(/\s+/g, ' ').trim().slice(0, 60));
  const name = e => {
    const mark = e.id ? `#${e.id}` : e.getAttribute('class') ? `.${e.getAttribute('class').trim().replace(/\s+/g, '.')}` : '';
    return `${e.localName}${mark} ${short(e.getAttribute('aria-label') ?? e.textContent)}`;
  };
  const all = selector => [...document.querySelectorAll(selector)];

  if (!/^[a-z]{2}(-[A-Z]{2})?$/.test(document.documentElement.lang)) found.lang.push(short(document.documentElement.lang));
  const page = document.scrollingElement;
  if (page.scrollWidth > page.clientWidth) found.sideways.push(`${page.scrollWidth} px in ${page.clientWidth}`);

  const ids = new Map();
  for (const e of all('[id]')) ids.set(e.id, (ids.get(e.id) ?? 0) + 1);
  for (const [id, times] of ids) if (times > 1) found.ids.push(`${short(id)} ${times} times`);
  for (const e of all('a[href^="#"], use[href^="#"]')) {
    const id = decodeURIComponent(e.getAttribute('href').slice(1));
    if (!ids.has(id)) found.links.push(`${name(e)} to #${id}`);
  }
  for (const e of all('[aria-labelledby], [aria-describedby], [aria-controls], label[for]')) {
    for (const key of ['aria-labelledby', 'aria-describedby', 'aria-controls', 'for']) {
      const named = e.getAttribute(key)?.split(/\s+/) ?? [];
      for (const id of named) if (!ids.has(id)) found.links.push(`${name(e)}: ${key} ${id}`);
    }
  }

  for (const e of all('img')) if (!e.hasAttribute('alt')) found.images.push(`img ${short(e.src)} without alt`);
  for (const e of all('svg')) {
    const hidden = e.closest('[aria-hidden="true"]') || e.parentElement.closest('svg');
    const named = e.hasAttribute('aria-label') || e.hasAttribute('aria-labelledby') || e.querySelector(':scope > title');
    if (!hidden && !named) found.images.push(`${name(e)} without a name`);
  }

  const wrong = /\b(NaN|undefined|null|Infinity)\b|[{}]|\[object /;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = texts.nextNode());) {
    if (node.parentElement.closest('script, style, template, noscript, code, pre')) continue;
    if (wrong.test(node.data)) found.words.push(short(node.data));
  }
  if (wrong.test(document.title)) found.words.push(short(document.title));
  for (const e of all('[aria-label], [alt], [title], [aria-valuetext]')) {
    for (const key of ['aria-label', 'alt', 'title', 'aria-valuetext']) {
      if (wrong.test(e.getAttribute(key) ?? '')) found.words.push(`${key} ${short(e.getAttribute(key))}`);
    }
  }

  const controls = all('button, select, textarea, input:not([type=hidden]), [role=button], [role=slider]').filter(visible);
  if (print || !scripts) for (const e of controls) found.controls.push(name(e));
  if (phone) {
    for (const e of new Set([...controls.map(e => e.closest('label') ?? e), ...all('summary').filter(visible)])) {
      const { width, height } = e.getBoundingClientRect();
      if (width < 43.5 || height < 43.5) found.targets.push(`${name(e)} ${Math.round(width)}x${Math.round(height)}`);
    }
  }

  for (const e of all('body *')) {
    if (e.closest('svg') || !visible(e) || e.clientWidth <= 1) continue;
    const { overflowX, overflowY } = getComputedStyle(e);
    const cut = overflow => overflow === 'hidden' || overflow === 'clip';
    const wide = cut(overflowX) && e.scrollWidth > e.clientWidth + 1;
    const high = cut(overflowY) && e.scrollHeight > e.clientHeight + 1;
    if ((wide || high) && e.innerText?.trim()) found.clipped.push(name(e));
  }

  // Texts of a picture line by line, in pixels of the screen. A box is as high as its letters, not as their line.
  const lines = text => {
    const style = getComputedStyle(text), matrix = text.getScreenCTM(), out = [];
    const letters = [...Array(text.getNumberOfChars()).keys()];
    const content = text.textContent.replace(/\s+/g, ' ').trim();
    for (const i of letters) {
      const box = text.getExtentOfChar(i), base = text.getStartPositionOfChar(i).y, last = out.at(-1);
      if (box.width === 0) continue;
      const size = box.height / 1.2;
      if (last && Math.abs(last.base - base) < 0.5 && Math.abs(box.x - last.right) < size) {
        last.right = Math.max(last.right, box.x + box.width);
        last.left = Math.min(last.left, box.x);
      } else {
        out.push({ base, left: box.x, right: box.x + box.width });
      }
    }
    const size = parseFloat(style.fontSize), down = /[gjpqyçÇQ,;()|]/.test(content) ? 0.2 : 0;
    return out.map(({ base, left, right }) => {
      const corners = [[left, base - 0.72 * size], [right, base - 0.72 * size], [left, base + down * size], [right, base + down * size]];
      const points = corners.map(([x, y]) => new DOMPoint(x, y).matrixTransform(matrix));
      const [xs, ys] = [points.map(p => p.x), points.map(p => p.y)];
      const scale = Math.hypot(matrix.c, matrix.d);
      return {
        text: content, size: size * scale,
        left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys),
      };
    });
  };
  const least = print ? 7 * 96 / 72 : 10.5;
  for (const svg of all('svg')) {
    if (!visible(svg) || svg.parentElement.closest('svg')) continue;
    const frame = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll('text')].filter(visible).flatMap(lines);
    for (const [i, a] of boxes.entries()) {
      const outside = Math.max(frame.left - a.left, a.right - frame.right, frame.top - a.top, a.bottom - frame.bottom);
      if (outside > 1) found.clipped.push(`${short(a.text)} ${outside.toFixed(1)} px outside its picture`);
      if (a.size < least - 0.05) found.small_text.push(`${short(a.text)} ${a.size.toFixed(1)} px`);
      for (const b of boxes.slice(i + 1)) {
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 1 && down > 1) {
          found.overlapping.push(`${short(a.text)} and ${short(b.text)} by ${across.toFixed(1)}x${down.toFixed(1)} px`);
        }
      }
    }
  }
  return found;
}

/** What a reader without scripts misses. */
export function missing() {
  const found = [];
  const text = (document.querySelector('main') ?? document.body).innerText;
  if (text.length <= 1000) found.push(`only ${text.length} letters of text`);
  const seen = e => [...e.querySelectorAll('svg')].some(svg => svg.checkVisibility() && svg.getBoundingClientRect().height > 0);
  for (const e of document.querySelectorAll('[data-chart], [data-map]')) {
    if (e.checkVisibility() && !seen(e)) found.push(`${e.localName}#${e.id} without a picture`);
  }
  if (document.querySelector('svg') && !seen(document.body)) found.push('no picture is seen');
  return found;
}

/** Where the keyboard is: nothing at the end of the page. */
export async function stop() {
  const e = document.activeElement;
  if (!e || e === document.body || e === document.documentElement || e.dataset.checkedStop) return null;
  e.dataset.checkedStop = 'yes';
  const style = getComputedStyle(e);
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  const isInside = () => {
    const { width, height, top, bottom, left, right } = e.getBoundingClientRect();
    return width > 0 && height > 0 && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
  };
  let inside = isInside();
  // The page may still be scrolling to it.
  for (let frames = 0; !inside && frames < 60; frames += 1) {
    await new Promise(next => requestAnimationFrame(next));
    inside = isInside();
  }
  const name = `${e.localName} ${JSON.stringify((e.getAttribute('aria-label') ?? e.textContent).trim().slice(0, 60))}`;
  return { name, ring, inside };
}

/** What the keyboard should have reached, and did not. */
export function unreached() {
  const keys = 'a[href], button:enabled, input:enabled:not([type=hidden], [type=radio]), select:enabled, summary, [tabindex="0"]';
  const left = [...document.querySelectorAll(keys)].filter(e => !e.dataset.checkedStop && e.tabIndex >= 0
    && e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 0);
  return left.map(e => `${e.localName} ${JSON.stringify(e.textContent.trim().slice(0, 60))}`);
}
