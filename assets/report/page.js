(function () {
  "use strict";
  // Tables: a heading becomes a button that sorts by its column; the rows' first order comes back with the third press.
  function key(cell) {
    var number = cell.querySelector("data");
    if (number) return { number: parseFloat(number.getAttribute("value")), text: "" };
    var text = cell.textContent.trim();
    var plain = text.replace(/,/g, "");
    return { number: /^[−-]?[\d.]+%?$/.test(plain) ? parseFloat(plain.replace("−", "-")) : NaN, text: text };
  }
  function compare(a, b) {
    if (!isNaN(a.number) && !isNaN(b.number)) return a.number - b.number;
    if (!isNaN(a.number)) return 1;
    if (!isNaN(b.number)) return -1;
    return a.text.localeCompare(b.text, document.documentElement.lang);
  }
  function sortable(table) {
    var headings = Array.prototype.slice.call(table.tHead.rows[0].cells);
    var body = table.tBodies[0];
    var first = Array.prototype.slice.call(body.rows);
    if (first.length < 2) return;
    headings.forEach(function (heading, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.setAttribute("data-sort", "");
      // On paper the heading is plain text again.
      var plain = document.createElement("span");
      plain.className = "paper";
      plain.textContent = heading.textContent;
      while (heading.firstChild) button.appendChild(heading.firstChild);
      heading.appendChild(button);
      heading.appendChild(plain);
      button.addEventListener("click", function () {
        var now = heading.getAttribute("aria-sort");
        var numbers = heading.classList.contains("num");
        var order = now === null ? (numbers ? "descending" : "ascending")
          : now === (numbers ? "descending" : "ascending") ? (numbers ? "ascending" : "descending") : null;
        headings.forEach(function (h) { h.removeAttribute("aria-sort"); });
        var rows = first.slice();
        if (order) {
          heading.setAttribute("aria-sort", order);
          var sign = order === "ascending" ? 1 : -1;
          rows.sort(function (a, b) { return sign * compare(key(a.cells[column]), key(b.cells[column])); });
        }
        rows.forEach(function (row) { body.appendChild(row); });
      });
    });
  }
  // On a phone, a long table begins with its first places; all are shown on demand.
  function foldable(table) {
    if (table.tBodies[0].rows.length < 5) return;
    var more = document.createElement("button");
    more.type = "button";
    more.className = "more";
    more.textContent = table.getAttribute("data-more").replace("{n}", table.tBodies[0].rows.length);
    more.addEventListener("click", function () {
      table.classList.remove("folded");
      more.remove();
      var heading = table.tBodies[0].rows[3].cells[0];
      heading.tabIndex = -1;
      heading.focus();
    });
    table.classList.add("folded");
    table.after(more);
  }
  function start() {
    document.documentElement.classList.add("js");
    document.querySelectorAll("table[data-sortable]").forEach(sortable);
    document.querySelectorAll("table[data-more]").forEach(foldable);
    antesalaCharts(document);
    antesalaMap(document);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
