"use strict";
// Reading line and zoom of time charts, which are whole without it.
(function () {

const SVG = "http://www.w3.org/2000/svg";
const DAY = 864e5;
// As in time_axis.rs.
const DAYS = 20, WEEKS = 62;
const INK = "#171b1f", INK2 = "#454d55", RULE2 = "#828b93";

function set(node, attributes) {
  for (const name in attributes) node.setAttribute(name, attributes[name]);
  return node;
}

function make(tag, attributes, parent) {
  const node = document.createElementNS(SVG, tag);
  parent.appendChild(node);
  return set(node, attributes);
}

const on = (node, name, action) => node.addEventListener(name, action);

function html(tag, parent, text) {
  const node = document.createElement(tag);
  if (text) node.textContent = text;
  parent.appendChild(node);
  return node;
}

// One of the two drawings of a chart.
function View(chart, svg) {
  const [x0, x1, y0, y1] = svg.dataset.plot.split(" ").map(Number);
  const whole = svg.viewBox.baseVal.width;
  const plots = [...svg.querySelectorAll("svg.plot")].map((node) => ({
    node, box: node.getAttribute("viewBox").split(" ").map(Number),
  }));
  const moving = [...svg.querySelectorAll("[data-x]")].map((node) => ({ node, day: Number(node.dataset.x) }));
  const stretched = [...svg.querySelectorAll("[data-from]")].map((node) => ({
    node, from: Number(node.dataset.from), to: Number(node.dataset.to),
  }));
  const time = svg.querySelector("g.time") || make("g", {}, svg);
  const drawn = [...time.childNodes];
  const size = Number(svg.dataset.text);
  const drag = make("rect", { class: "drag away", y: y0, height: y1 - y0 }, svg);
  const cursor = make("path", { class: "cursor away" }, svg);
  const at = (day) => x0 + (day - chart.from) / (chart.to - chart.from) * (x1 - x0);
  const old = (day) => x0 + day / chart.days * (x1 - x0);

  this.day = (event) => {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * whole;
    return chart.from + (x - x0) / (x1 - x0) * (chart.to - chart.from);
  };
  this.shown = () => svg.getClientRects().length > 0;
  this.line = (day) => {
    cursor.classList.toggle("away", day === null || day < chart.from || day > chart.to);
    // Not across the titles between the panels.
    cursor.setAttribute("d", plots.map(({ box }) => `M${at(day)} ${box[1]}v${box[3]}`).join(""));
  };
  this.dragged = (a, b) => {
    drag.classList.toggle("away", a === null);
    if (a === null) return;
    const [left, right] = [a, b].map((d) => Math.min(x1, Math.max(x0, at(d)))).sort((p, q) => p - q);
    set(drag, { x: left, width: right - left });
  };
  this.draw = () => {
    const scale = (x1 - x0) / chart.days;
    plots.forEach(({ node, box }) => {
      set(node, { viewBox: [box[0] + chart.from * scale, box[1], (chart.to - chart.from) * scale, box[3]].join(" ") });
    });
    stretched.forEach((s) => {
      const a = Math.max(x0, at(s.from)), b = Math.min(x1, at(s.to));
      s.node.classList.toggle("away", b <= a);
      set(s.node, { x: a, width: Math.max(b - a, 3) });
    });
    moving.forEach(({ node, day }) => {
      const x = at(day), by = x - old(day);
      const away = x < x0 - 1 || x > x1 + 1;
      node.classList.toggle("away", away);
      node.setAttribute("transform", `translate(${by} 0)`);
      const texts = [...node.querySelectorAll("text")];
      if (away || !texts.length || !this.shown()) return;
      // Texts stay inside the drawing.
      const boxes = texts.map((text) => text.getBBox());
      const left = Math.min(...boxes.map((b) => b.x)) + by, right = Math.max(...boxes.map((b) => b.x + b.width)) + by;
      const shift = !chart.zoomed ? 0 : left < x0 ? x0 + 4 - left : Math.min(0, whole - right);
      texts.forEach((text) => set(text, { transform: `translate(${shift} 0)` }));
    });
    axis();
  };

  // The same labels as time_axis.rs draws, for the days in view.
  function axis() {
    if (!chart.zoomed) return time.replaceChildren(...drawn);
    time.replaceChildren();
    const ends = [-1e9, -1e9];
    const tick = (day) => make("path", { d: `M${at(day)} ${y1}v5`, stroke: RULE2 }, time);
    const label = (row, day, text) => {
      const node = make("text", {
        x: at(day), y: y1 + 9 + size * (0.85 + 1.3 * row), "font-size": size, "text-anchor": "middle",
        fill: row ? INK : INK2, "font-weight": row ? 700 : 400,
      }, time);
      node.textContent = text;
      const half = node.getComputedTextLength() / 2;
      const fits = at(day) - half > ends[row] + 5 && at(day) + half < x1 + 14 && at(day) - half > x0 - 30;
      if (fits) ends[row] = at(day) + half;
      else node.remove();
      return fits;
    };
    const days = chart.to - chart.from;
    let named = "";
    const below = (day, text) => { if (text !== named && label(1, day, text)) named = text; };
    if (days > WEEKS) {
      const room = (x1 - x0) / (days / 30.4);
      const every = [1, 2, 3, 6, 12].find((n) => room * n >= size * 3) || 12;
      let [year, month] = chart.parts(chart.from);
      for (let next, day = chart.start(year, month); day < chart.to; day = next) {
        next = chart.start(year, month + 1);
        const a = Math.max(day, chart.from), b = Math.min(next, chart.to);
        tick(a);
        if (month % every === 0 && (b - a) / 30.4 * room >= size * 2 && label(0, (a + b) / 2, chart.months[month])) {
          below((a + b) / 2, String(year));
        }
        [year, month] = chart.parts(next);
      }
      return;
    }
    for (let day = Math.ceil(chart.from - 1e-6); day < chart.to; day++) {
      const [year, month, date, weekday] = chart.parts(day), name = chart.months[month];
      if (days <= DAYS) {
        tick(day);
        if (day + 0.5 < chart.to && label(0, day + 0.5, String(date))) below(day + 0.5, `${name} ${year}`);
      } else if (weekday === 1) {
        tick(day);
        if (label(0, day, `${date} ${name}`)) below(day, String(year));
      }
    }
  }
}

function Chart(box) {
  const words = box.dataset;
  const series = JSON.parse(box.querySelector("script[data-series]").textContent);
  const views = box.querySelector(".views");
  const language = document.documentElement.lang || "en";
  const first = Date.parse(series.first);
  const count = Math.max(0, ...series.lines.map((l) => l.v.length));
  const middle = (i) => (series.at ? series.at[i] : (i + 0.5) * series.step);
  const least = Math.min(series.days, series.at ? 92 : 7 * series.step);
  const day = series.at ? undefined : "numeric";
  const dates = new Intl.DateTimeFormat(language, { day, month: "long", year: "numeric", timeZone: "UTC" });
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });

  Object.assign(this, { days: series.days, months: words.months.split(" "), from: 0, to: series.days, zoomed: false });
  const date = (day) => new Date(first + Math.floor(day + 1e-6) * DAY);
  this.parts = (day) => ["FullYear", "Month", "Date", "Day"].map((part) => date(day)["getUTC" + part]());
  this.start = (year, month) => (Date.UTC(year, month, 1) - first) / DAY;
  const drawings = [...views.querySelectorAll(":scope > svg")].map((svg) => new View(this, svg));
  let index = null;

  const when = (i) => (series.step === 7 ? words.weekOf + " " : "") +
    dates.format(date(series.at ? middle(i) : i * series.step));

  const read = (i) => {
    index = i;
    drawings.forEach((view) => view.line(i === null ? null : middle(i)));
    readout.replaceChildren();
    if (i === null) return void (readout.textContent = words.hint);
    html("b", html("span", readout), when(i));
    series.lines.forEach((line) => {
      const told = (values) => {
        const v = values && values[i];
        return v == null ? "" : (v < 0 ? "\u2212" : line.signed && v > 0 ? "+" : "") + format.format(Math.abs(v));
      };
      const low = told(line.low), high = told(line.high);
      readout.append(" ");
      html("span", readout, `${line.name}: ${told(line.v) || words.none}${low && high ? ` (${low} ${words.to} ${high})` : ""}`);
    });
  };

  const nearest = (day) => {
    const wanted = Math.min(Math.max(day, this.from), this.to);
    let best = 0;
    for (let i = 1; i < count; i++) if (Math.abs(middle(i) - wanted) < Math.abs(middle(best) - wanted)) best = i;
    return best;
  };

  const zoom = (from, to) => {
    const wide = Math.min(Math.max(to - from, least), this.days);
    const start = Math.min(Math.max((from + to - wide) / 2, 0), this.days - wide);
    [this.from, this.to] = [start, start + wide];
    this.zoomed = wide < this.days - 1e-6;
    box.classList.toggle("zoomed", this.zoomed);
    drawings.forEach((view) => view.draw());
    if (index !== null) read(index);
    set(closer, { "aria-disabled": wide <= least + 1e-6 });
    [farther, reset].forEach((node) => set(node, { "aria-disabled": !this.zoomed }));
  };

  const around = (factor) => {
    const seen = index !== null && middle(index) >= this.from && middle(index) <= this.to;
    const centre = seen ? middle(index) : (this.from + this.to) / 2;
    const half = (this.to - this.from) * factor / 2;
    zoom(centre - half, centre + half);
  };

  const button = (text, action) => {
    const node = set(html("button", bar, text), { type: "button" });
    on(node, "click", () => { if (node.getAttribute("aria-disabled") !== "true") action(); });
    return node;
  };
  const readout = html("p", box);
  const bar = html("div", box);
  set(bar, { class: "zoom" });
  const closer = button(words.zoomIn, () => around(0.5));
  const farther = button(words.zoomOut, () => around(2));
  const reset = button(words.reset, () => zoom(0, this.days));
  set(readout, { class: "readout", "aria-live": "polite" });
  views.after(readout);
  set(views, { tabindex: 0, role: "group", "aria-label": words.hint });

  let grip = null;
  const pointed = (event) => (drawings.find((view) => view.shown()) || drawings[0]).day(event);
  on(views, "pointermove", (event) => {
    const now = pointed(event);
    if (grip !== null) drawings.forEach((view) => view.dragged(grip.day, now));
    const next = nearest(now);
    if (next !== index) read(next);
  });
  on(views, "pointerdown", (event) => {
    read(nearest(pointed(event)));
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    event.preventDefault();
    views.focus({ preventScroll: true });
    views.setPointerCapture(event.pointerId);
    grip = { day: pointed(event), x: event.clientX };
  });
  const drop = (event) => {
    if (grip === null) return;
    const held = grip;
    grip = null;
    drawings.forEach((view) => view.dragged(null));
    if (event.type === "pointerup" && Math.abs(event.clientX - held.x) > 8) {
      const [a, b] = [held.day, pointed(event)].map((d) => Math.min(Math.max(d, this.from), this.to));
      zoom(Math.min(a, b), Math.max(a, b));
    }
  };
  ["pointerup", "pointercancel"].forEach((name) => on(views, name, drop));
  on(views, "pointerleave", (event) => {
    if (event.pointerType === "mouse" && grip === null && document.activeElement !== views) read(null);
  });
  on(views, "keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const start = index === null ? nearest(this.from) - 1 : index;
    const keys = { ArrowLeft: start - 1, ArrowRight: start + 1, Home: 0, End: count - 1 };
    if (!(event.key in keys) || !count) return;
    event.preventDefault();
    const next = Math.min(Math.max(keys[event.key], 0), count - 1), at = middle(next);
    const wide = this.to - this.from, half = series.days / count / 2;
    if (at < this.from) zoom(at - half, at - half + wide);
    if (at > this.to) zoom(at + half - wide, at + half);
    read(next);
  });
  on(window, "beforeprint", () => zoom(0, this.days));
  on(window, "resize", () => drawings.forEach((view) => view.draw()));
  zoom(0, this.days);
  read(null);
}

window.antesalaCharts = function (root) {
  root.querySelectorAll("[data-chart]").forEach((box) => {
    if (box.querySelector("script[data-series]") && !box.querySelector(".readout")) new Chart(box);
  });
};
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => window.antesalaCharts(document));
else window.antesalaCharts(document);
})();
