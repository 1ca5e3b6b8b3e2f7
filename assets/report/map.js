/* Makes every map of a page move through its weeks. The still picture is left as it is until a control is used. */
function antesalaMap(doc) {
  "use strict";
  const win = doc.defaultView;
  const calm = win.matchMedia("(prefers-reduced-motion: reduce)");
  const WEEK = 320, CALM_WEEK = 800;
  const ICONS = {
    play: "M4 2v12l10-6z",
    pause: "M3 2h4v12H3zM9 2h4v12H9z",
    earlier: "M12 2v12L5 8zM3 2h2v12H3z",
    later: "M4 2v12l7-6zM11 2h2v12h-2z"
  };

  function element(name, attributes, parent) {
    const made = doc.createElement(name);
    Object.keys(attributes).forEach(key => made.setAttribute(key, attributes[key]));
    if (parent) parent.appendChild(made);
    return made;
  }

  function icon(button, name) {
    button.querySelector("path").setAttribute("d", ICONS[name]);
  }

  function button(parent, name, text, visible) {
    const made = element("button", { type: "button" }, parent);
    made.innerHTML = '<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false"><path/></svg>';
    icon(made, name);
    if (visible) element("span", {}, made).textContent = text;
    else made.setAttribute("aria-label", text);
    return made;
  }

  function start(box) {
    const source = box.querySelector("script[data-frames]");
    if (!source || box.querySelector(".m-controls")) return;
    const data = JSON.parse(source.textContent), words = data.words, last = data.dates.length - 1;
    if (last < 1) return;
    const count = new Intl.NumberFormat(data.lang);
    const pictures = Array.from(box.querySelectorAll(":scope > svg")).map(parts);
    const caption = box.querySelector("caption"), body = box.querySelector("tbody");
    let at = data.shown, playing = false, asked = 0, before = 0;

    function parts(svg) {
      const all = selector => Array.from(svg.querySelectorAll(selector));
      const number = name => Number(svg.getAttribute("data-" + name));
      return {
        svg, desc: svg.querySelector("desc"), still: svg.querySelector("desc").textContent,
        widest: number("widest"), thinnest: number("thinnest"), largest: number("largest"), dot: number("dot"),
        circles: all("[data-p]").map(g => ({ i: +g.dataset.p, g, c: g.firstElementChild })),
        lines: all("[data-l]").map(p => ({
          i: +p.dataset.l, p, more: p.classList.contains("k") ? 2 : 0, arrow: p.classList.contains("a")
        })),
        values: all("[data-v]").map(t => ({ i: +t.dataset.v, says: t.dataset.says, t }))
      };
    }

    const median = (low, mid, high) => mid === 0 && high === 0 ? words.nobody
      : mid > 0 && mid < 10 ? words.few : count.format(mid);
    const range = (low, mid, high) => low === high || high < 10 ? ""
      : count.format(low) + "\u2013" + count.format(high);
    const of = (frame, i) => data.persons[frame].slice(3 * i, 3 * i + 3);
    function value(frame, i, says) {
      const p = of(frame, i), r = range(...p), inside = r ? "(" + r + ")" : "";
      return says === "m" ? median(...p) : says === "r" ? inside : (median(...p) + " " + inside).trim();
    }
    const show = (e, seen) => seen ? e.removeAttribute("display") : e.setAttribute("display", "none");

    /* Circles and lines at a time between frames, in the pictures on screen. */
    function shapes(time, every) {
      const a = Math.floor(time), b = Math.min(a + 1, last), t = time - a;
      const mix = (x, y) => x + (y - x) * t;
      pictures.filter(pic => every || pic.svg.getClientRects().length).forEach(pic => {
        pic.circles.forEach(e => {
          const n = mix(data.persons[a][3 * e.i + 1], data.persons[b][3 * e.i + 1]);
          show(e.g, n > 0);
          e.c.setAttribute("r", Math.max(pic.dot, Math.sqrt(n / data.fullest) * pic.largest).toFixed(1));
        });
        pic.lines.forEach(e => {
          const n = mix(data.flows[a][e.i], data.flows[b][e.i]);
          show(e.p, n > 0);
          if (!e.arrow) e.p.setAttribute("stroke-width",
            (Math.max(pic.thinnest, n / 1000 * pic.widest) + e.more).toFixed(1));
        });
      });
    }

    /* Numbers and dates of a frame. */
    function numbers(frame) {
      const order = data.names.map((_, i) => i)
        .filter(i => data.persons[frame][3 * i + 1] > 0 || data.persons[frame][3 * i + 2] > 0)
        .sort((i, j) => data.persons[frame][3 * j + 1] - data.persons[frame][3 * i + 1] || i - j).slice(0, data.rows);
      while (body.rows.length < order.length) {
        const row = element("tr", {}, body);
        element("th", { scope: "row" }, row);
        element("td", {}, row);
        element("td", {}, row);
      }
      Array.from(body.rows).forEach((row, k) => {
        row.hidden = k >= order.length;
        const p = row.hidden ? [0, 0, 0] : of(frame, order[k]);
        [row.hidden ? "" : data.names[order[k]], median(...p), range(...p)]
          .forEach((text, c) => { row.cells[c].textContent = text; });
      });
      const title = words.caption.replace("{date}", data.dates[frame]);
      caption.textContent = title;
      pictures.forEach(pic => {
        pic.values.forEach(e => { e.t.textContent = value(frame, e.i, e.says); });
        pic.desc.textContent = frame === data.shown ? pic.still
          : title + ": " + order.map(i => data.names[i] + " " + value(frame, i)).join("; ");
      });
      date.textContent = data.dates[frame];
      slider.value = frame;
      slider.setAttribute("aria-valuetext", data.dates[frame]);
    }

    function go(frame, quiet) {
      at = Math.max(0, Math.min(last, frame));
      date.setAttribute("aria-live", quiet ? "off" : "polite");
      shapes(at);
      numbers(at);
    }

    function stop(quiet) {
      if (!playing) return;
      playing = false;
      win.cancelAnimationFrame(asked);
      icon(play, "play");
      play.querySelector("span").textContent = words.play;
      go(Math.round(at), quiet);
    }

    function tick(now) {
      const week = calm.matches ? CALM_WEEK : WEEK, next = at + (now - before) / week;
      if (calm.matches && next - at < 1) { asked = win.requestAnimationFrame(tick); return; }
      const frame = Math.floor(at);
      at = Math.min(last, calm.matches ? frame + 1 : next);
      before = now;
      shapes(at);
      if (Math.floor(at) !== frame) numbers(Math.floor(at));
      if (at >= last) stop(); else asked = win.requestAnimationFrame(tick);
    }

    const bar = element("div", { class: "m-controls" });
    const play = button(bar, "play", words.play, true);
    play.setAttribute("data-play", "");
    const earlier = button(bar, "earlier", words.earlier), later = button(bar, "later", words.later);
    const slider = element("input", { type: "range", min: 0, max: last, step: 1, "aria-label": words.slider }, bar);
    const date = element("output", { "data-date": "", "aria-live": "off" }, bar);
    play.addEventListener("click", () => {
      if (playing) { stop(); return; }
      if (at >= last) go(0, true);
      playing = true;
      date.setAttribute("aria-live", "off");
      icon(play, "pause");
      play.querySelector("span").textContent = words.pause;
      asked = win.requestAnimationFrame(now => { before = now; tick(now); });
    });
    const step = by => { stop(true); go(at + by); };
    earlier.addEventListener("click", () => step(-1));
    later.addEventListener("click", () => step(1));
    slider.addEventListener("input", () => {
      const frame = Number(slider.value);
      stop(true);
      go(frame, true);
    });
    date.textContent = data.dates[at];
    slider.value = at;
    slider.setAttribute("aria-valuetext", data.dates[at]);
    box.insertBefore(bar, box.firstChild);
    win.addEventListener("resize", () => shapes(at));
    win.addEventListener("beforeprint", () => {
      stop(true);
      at = data.shown;
      shapes(at, true);
      numbers(at);
    });
  }

  doc.querySelectorAll("div.placemap[data-map]").forEach(start);
}
