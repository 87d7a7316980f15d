// Draws the profiles of chosen units from the data in the page; the choice is in the address.
"use strict";

(() => {
  const held = JSON.parse(document.getElementById("profiles").textContent);
  const form = document.getElementById("picker");
  const said = document.getElementById("said");
  const drawn = document.getElementById("drawn");
  const choices = [...form.querySelectorAll("select")];
  const byCode = new Map(held.units.map((unit) => [unit.code, unit]));
  const SHAPES = [
    "M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0z",
    "M-5 -5H5V5H-5z",
    "M0 -6.5L6.5 5H-6.5z",
    "M0 -7L6 0L0 7L-6 0z",
    "M-6 -2H-2V-6H2V-2H6V2H2V6H-2V2H-6z",
  ];
  const COLOURS = ["#2f78b7", "#c2611f", "#2b8a6e", "#a3569c", "#8a7a1f"];
  const number = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const write = (value) => (value === null ? "…" : number.format(value).replace("-", "−"));
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);

  const make = (tag, attributes, ...inside) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...inside);
    return element;
  };
  const html = (tag, attributes, ...inside) => {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...inside);
    return element;
  };

  function draw(units) {
    const left = 280, width = 760, line = 30, head = 12 + 24 * Math.ceil(units.length / 2);
    const nodes = held.nodes.slice(1);
    const all = units.flatMap((unit) => unit.at.slice(1).map(([score]) => score ?? 0));
    const low = Math.min(0, ...all), bottom = head + line * nodes.length;
    const at = (value) => left + ((value - low) / (held.top - low || 1)) * (width - left - 20);
    const shape = (i, x, y) =>
      make("path", { transform: `translate(${x} ${y})`, d: SHAPES[i], fill: COLOURS[i] });
    const names = units.map((unit) => unit.name).join(document.documentElement.lang.startsWith("zh") ? "、" : ", ");
    const svg = make("svg", {
      viewBox: `0 0 ${width} ${bottom + 46}`, class: "plain-chart", role: "img",
      "aria-label": `${held.words.drawing}: ${names}`,
    });
    const group = make("g", { "font-size": 13, fill: "currentColor" });
    svg.append(group);
    units.forEach((unit, i) => {
      const x = 20 + (i % 2) * (width / 2), y = 14 + 24 * Math.floor(i / 2);
      group.append(shape(i, x, y), make("text", { x: x + 14, y: y + 4.5 }, unit.name));
    });
    for (let k = 0; k < 5; k++) {
      const value = low + ((held.top - low) * k) / 4;
      group.append(
        make("path", { d: `M${at(value)} ${head}V${bottom}`, stroke: "currentColor", "stroke-opacity": 0.14 }),
        make("text", { x: at(value), y: bottom + 17, "text-anchor": "middle", "font-size": 12 }, String(+value.toPrecision(3))),
      );
    }
    nodes.forEach((node, j) => {
      const y = head + line * (j + 0.5);
      const wide = [...node.name].some((c) => c.codePointAt(0) > 0x2e80);
      const most = wide ? 20 : 34;
      const name = node.name.length > most ? `${node.name.slice(0, most - 1)}…` : node.name;
      group.append(make("text", { x: left - 12, y: y + 4.5, "text-anchor": "end" }, name));
      units.forEach((unit, i) => {
        const [score] = unit.at[j + 1];
        if (score !== null) group.append(shape(i, at(score), y));
      });
    });
    group.append(make("text", { x: (left + width) / 2, y: bottom + 38, "text-anchor": "middle" }, held.words.axis));
    return svg;
  }

  function table(units) {
    const corner = html("td", {});
    const head = html("tr", {}, corner, ...units.map((unit) => html("th", { scope: "col", class: "n" }, unit.name)));
    const rows = held.nodes.map((node, j) => {
      const cells = units.map((unit) => {
        const [score, rank] = unit.at[j];
        const place = rank === null ? "" : fill(held.words.rank, { rank });
        return html("td", { class: "n" }, `${write(score)} `, html("span", { class: "quiet" }, place));
      });
      return html("tr", {}, html("th", { scope: "row" }, node.name), ...cells);
    });
    const inside = html("table", { class: "compared" }, html("caption", { class: "unseen" }, held.words.drawing),
      html("thead", {}, head), html("tbody", {}, ...rows));
    return html("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": held.words.drawing }, inside);
  }

  function show() {
    const codes = [...new Set(choices.map((choice) => choice.value).filter(Boolean))];
    const units = codes.map((code) => byCode.get(code));
    drawn.replaceChildren();
    said.textContent = units.length ? fill(held.words.chosen, { n: units.length }) : held.words.none;
    if (!units.length) return;
    drawn.append(html("figure", { class: "chart" }, html("h2", { class: "chart-title" }, held.words.drawing),
      html("div", { class: "drawing", tabindex: "0", role: "group", "aria-label": held.words.drawing }, draw(units))), table(units));
  }

  function read() {
    const asked = decodeURIComponent(location.hash.slice(1)).split(",").filter((code) => byCode.has(code));
    const start = asked.length ? asked : held.units.slice(0, 3).map((unit) => unit.code);
    choices.forEach((choice, i) => (choice.value = start[i] ?? ""));
    show();
  }

  form.addEventListener("change", () => {
    const codes = choices.map((choice) => choice.value).filter(Boolean);
    history.replaceState(null, "", `#${codes.map(encodeURIComponent).join(",")}`);
    show();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", read);
  form.hidden = false;
  read();
})();
