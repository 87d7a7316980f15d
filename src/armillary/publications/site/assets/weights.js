// Aggregates the index again under the reader's weights, by the same arithmetic as the engine:
// a part without a score is left out with its weight. The weights are in the address.
"use strict";

(() => {
  const held = JSON.parse(document.getElementById("climb").textContent);
  const form = document.getElementById("weights");
  const summary = document.getElementById("summary");
  const body = document.getElementById("outcomes").tBodies[0];
  const zh = document.documentElement.lang.startsWith("zh");
  const words = held.words;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const units = held.units.length;
  const node = new Map(held.nodes.map((one) => [one.code, one]));
  const parts = new Map();
  for (const one of held.nodes) {
    if (one.parent === null) continue;
    if (!parts.has(one.parent)) parts.set(one.parent, []);
    parts.get(one.parent).push(one.code);
  }
  const root = held.nodes.find((one) => one.parent === null).code;
  const orders = new Map();

  // Order weights of the most even spread for a given leaning (O'Hagan 1988), the best first.
  function orderWeights(n, orness) {
    const key = `${n} ${orness}`;
    if (orders.has(key)) return orders.get(key);
    let found;
    if (n === 1 || orness === 0.5) found = Array(n).fill(1 / n);
    else if (orness === 0 || orness === 1) {
      found = Array(n).fill(0);
      found[orness === 1 ? 0 : n - 1] = 1;
    } else {
      const places = Array.from({ length: n }, (_, i) => 1 - i / (n - 1));
      const at = (slope) => {
        const power = places.map((place) => Math.exp(slope * place - Math.max(slope, 0)));
        const sum = power.reduce((a, b) => a + b, 0);
        return power.map((one) => one / sum);
      };
      let low = -800 * n, high = 800 * n;
      for (let i = 0; i < 200; i++) {
        const middle = (low + high) / 2;
        const leaning = at(middle).reduce((sum, w, j) => sum + w * places[j], 0);
        if (leaning < orness) low = middle;
        else high = middle;
      }
      found = at((low + high) / 2);
    }
    orders.set(key, found);
    return found;
  }

  function mean(method, scores, weights) {
    let total = 0;
    for (const w of weights) total += w;
    if (!(total > 0)) return null;
    const average = (f) => scores.reduce((sum, x, i) => sum + weights[i] * f(x), 0) / total;
    const plain = () => average((x) => x);
    switch (method.method) {
      case "arithmetic": return plain();
      case "geometric": return Math.exp(average(Math.log));
      case "harmonic": return 1 / average((x) => 1 / x);
      case "generalised":
        return method.power === 0 ? Math.exp(average(Math.log)) : average((x) => x ** method.power) ** (1 / method.power);
      case "mean_min": {
        const m = plain();
        return m - method.alpha * (m - Math.min(...scores));
      }
      case "ordered": {
        const order = orderWeights(scores.length, method.orness);
        return [...scores].sort((a, b) => b - a).reduce((sum, x, i) => sum + order[i] * x, 0);
      }
      case "mazziotta_pareto": {
        const m = plain();
        const spread = scores.reduce((sum, x, i) => sum + (weights[i] / total) * (x - m) ** 2, 0);
        return m + ((method.penalty === "minus" ? -1 : 1) * spread) / m;
      }
      default: return null;
    }
  }

  function copeland(rows, weights, scored) {
    const out = Array(units).fill(0);
    for (let i = 0; i < units; i++) {
      for (let j = i + 1; j < units && scored[i]; j++) {
        if (!scored[j]) continue;
        let balance = 0;
        rows.forEach((row, c) => {
          if (row[i] !== null && row[j] !== null) balance += weights[c] * Math.sign(row[i] - row[j]);
        });
        out[i] += Math.sign(balance);
        out[j] -= Math.sign(balance);
      }
    }
    return out;
  }

  function climb(weights) {
    const scores = (code) => {
      const one = node.get(code);
      if (one.scores) return one.scores;
      const own = parts.get(code);
      const rows = own.map(scores);
      const w = own.map((part) => weights.get(part));
      if (one.mean.method === "copeland") {
        return copeland(rows, w, one.scored).map((score, u) => (one.scored[u] ? score : null));
      }
      return Array.from({ length: units }, (_, u) => {
        if (!one.scored[u]) return null;
        const there = own.map((_, c) => c).filter((c) => rows[c][u] !== null && w[c] > 0);
        return mean(one.mean, there.map((c) => rows[c][u]), there.map((c) => w[c]));
      });
    };
    return scores(root);
  }

  const ranked = (scores) =>
    scores.map((x) => (x === null ? null : 1 + scores.reduce((n, y) => n + (y !== null && y > x), 0)));

  // -- what the reader sets -------------------------------------------------------------------

  const base = new Map(held.nodes.map((one) => [one.code, one.weight]));
  const current = new Map(base);
  const inputs = new Map();
  for (const input of form.querySelectorAll("input[data-part]")) {
    if (!inputs.has(input.dataset.part)) inputs.set(input.dataset.part, {});
    inputs.get(input.dataset.part)[input.dataset.kind] = input;
  }
  const shares = new Map([...form.querySelectorAll("[data-share]")].map((cell) => [cell.dataset.share, cell]));
  const rows = new Map([...body.rows].map((row) => [row.dataset.unit, row]));
  const number = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const write = (value) => number.format(value).replace("-", "−");
  const percent = (share) => `${write(share * 100)}${zh ? "" : "\u00a0"}%`;
  const short = (value) => String(+value.toPrecision(12));

  // Fields hold percentages: those published sum to 100 in each group.
  const scale = new Map();
  for (const own of parts.values()) {
    const total = own.reduce((sum, part) => sum + base.get(part), 0);
    for (const part of own) scale.set(part, total > 0 ? 100 / total : 100);
  }

  function fields() {
    for (const [part, pair] of inputs) {
      const weight = current.get(part) * scale.get(part);
      pair.range.value = weight;
      if (document.activeElement !== pair.number) pair.number.value = short(+weight.toPrecision(6));
      const total = parts.get(node.get(part).parent).reduce((sum, other) => sum + current.get(other), 0);
      shares.get(part).textContent = total > 0 ? percent(current.get(part) / total) : "…";
    }
  }

  function changed() {
    return [...current].filter(([code, weight]) => weight !== base.get(code));
  }

  function show() {
    fields();
    const scores = climb(current);
    const ranks = ranked(scores);
    const order = held.units.map((_, u) => u);
    order.sort((a, b) => (ranks[a] ?? Infinity) - (ranks[b] ?? Infinity) || a - b);
    let moved = 0, most = 0;
    held.units.forEach((unit, u) => {
      const row = rows.get(unit);
      const cell = row.querySelector("[data-score]");
      cell.textContent = scores[u] === null ? "…" : write(scores[u]);
      cell.dataset.value = scores[u] ?? "";
      row.querySelector("[data-rank]").textContent = ranks[u] ?? "–";
      const change = row.querySelector("[data-change]");
      const before = held.ranks[u];
      const by = before === null || ranks[u] === null ? null : before - ranks[u];
      change.className = `needs-script change ${by > 0 ? "up" : by < 0 ? "down" : ""}`;
      const said = by === null ? "" : fill(by > 0 ? words.up : by < 0 ? words.down : words.stays, { n: Math.abs(by) });
      const mark = document.createElement("span");
      mark.setAttribute("aria-hidden", "true");
      mark.textContent = by === null ? "" : by > 0 ? `▲ ${by}` : by < 0 ? `▼ ${-by}` : "=";
      const unseen = document.createElement("span");
      unseen.className = "unseen";
      unseen.textContent = said;
      change.replaceChildren(mark, unseen);
      if (by) moved += 1;
      most = Math.max(most, Math.abs(by ?? 0));
    });
    body.append(...order.map((u) => rows.get(held.units[u])));
    const first = order.length && ranks[order[0]] !== null ? held.names[held.units[order[0]]] : null;
    summary.textContent = first === null ? words.no_score
      : fill(moved ? words.moved : words.same, { n: moved, most, first, all: ranks.filter((r) => r !== null).length });
  }

  function keep() {
    const asked = changed().map(([code, weight]) => `${encodeURIComponent(code)}:${weight}`);
    history.replaceState(null, "", asked.length ? `#${asked.join(";")}` : location.pathname + location.search);
  }

  function read() {
    for (const [code, weight] of base) current.set(code, weight);
    for (const one of location.hash.slice(1).split(";")) {
      const [code, weight] = one.split(":");
      let name = "";
      try { name = decodeURIComponent(code ?? ""); } catch { continue; }
      if (inputs.has(name) && +weight >= 0 && weight !== "" && Number.isFinite(+weight)) current.set(name, +weight);
    }
    show();
  }

  let pending = 0;
  form.addEventListener("input", (event) => {
    const { part, kind } = event.target.dataset;
    const value = event.target.value;
    if (!part || value === "" || !(+value >= 0)) return;
    current.set(part, +value / scale.get(part));
    if (kind === "number") inputs.get(part).range.value = +value;
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => { show(); keep(); });
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    for (const [code, weight] of base) current.set(code, weight);
    show();
    keep();
  });
  document.getElementById("equal").addEventListener("click", () => {
    for (const own of parts.values()) for (const part of own) if (inputs.has(part)) current.set(part, 100 / own.length / scale.get(part));
    show();
    keep();
  });
  window.addEventListener("hashchange", read);
  for (const hidden of document.querySelectorAll(".needs-script, .tools")) hidden.hidden = false;
  read();
})();
