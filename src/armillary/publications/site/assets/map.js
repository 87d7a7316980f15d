// The map of topics to explore: moves, zooms, searches. The view is in the address, the same
// topics stand in a table. Everything it shows came with the page; nothing is asked for.
"use strict";

(() => {
  const held = window.armillaryMap;
  const canvas = document.getElementById("map");
  const context = canvas.getContext("2d");
  const find = document.getElementById("find");
  const results = document.getElementById("results");
  const about = document.getElementById("about");
  const colour = document.getElementById("colour");
  const keys = document.getElementById("keys");
  const tip = document.getElementById("tip");
  const words = held.words;
  const zh = document.documentElement.lang.startsWith("zh");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const count = new Intl.NumberFormat(document.documentElement.lang);

  // Works, in the order of topics: positions are 16-bit steps across the square -1.25..1.25.
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const xs = new Uint16Array(bytes(held.works.x).buffer);
  const ys = new Uint16Array(bytes(held.works.y).buffer);
  const years = bytes(held.works.year);
  const SPAN = 2.5;
  const topics = held.topics;
  let first = 0;
  for (const topic of topics) {
    topic.first = first;
    first += topic.drawn;
    topic.said = `${topic.label} ${topic.terms.join(" ")} ${topic.id}`.toLowerCase();
  }
  const bySize = [...topics].sort((a, b) => b.n - a.n);
  const byId = new Map(topics.map((topic) => [topic.id, topic]));

  const view = { x: 0, y: 0, z: 1 };
  let selected = null, matches = null, by = "growth", hovered = null;
  let width = 0, height = 0, ratio = 1, pixels = null, moving = 0;

  // Colours. Orange, blue and grey differ for every kind of colour vision.
  const GROUPS = ["#2f78b7", "#c2611f", "#3a8a5f", "#8a5fb0", "#b0892a", "#4c9aa8", "#b4526f",
    "#6f7a3a", "#5566b8", "#a0673f", "#3f7f8f", "#7d7d7d"];
  const VERDICTS = { grows: "#c2611f", doubt: "#d99b66", shrinks: "#2f78b7", unsure: "#8b97a3" };
  const EARLY = [47, 120, 183], LATE = [217, 140, 40];
  const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const packed = ([r, g, b], alpha) => ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0;
  const mixed = (share) => EARLY.map((low, i) => Math.round(low + (LATE[i] - low) * share));
  const yearSpan = Math.max(1, held.last_year - held.first_year);
  const hue = (topic) => {
    if (by === "group") return rgb(GROUPS[topic.colour % GROUPS.length]);
    if (by === "year") return mixed(Math.min(1, Math.max(0, topic.mean_year)));
    return rgb(VERDICTS[topic.verdict] ?? VERDICTS.unsure);
  };

  const scale = () => (Math.min(width, height * 1.35) / SPAN) * view.z;
  const toX = (x) => width / 2 + (x - view.x) * scale();
  const toY = (y) => height / 2 + (y - view.y) * scale();

  function fit() {
    const box = canvas.getBoundingClientRect();
    ratio = Math.min(window.devicePixelRatio || 1, 2);
    width = box.width;
    height = box.height;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    pixels = null;
    ask();
  }

  let asked = false;
  function ask() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(draw);
  }

  function visible(topic) {
    const s = scale(), x = toX(topic.x), y = toY(topic.y), r = topic.r * s + 4;
    return x + r >= 0 && x - r <= width && y + r >= 0 && y - r <= height;
  }

  function draw() {
    asked = false;
    const begun = performance.now();
    const w = canvas.width, h = canvas.height, s = scale() * ratio;
    if (pixels === null) pixels = context.createImageData(w, h);
    const ink = new Uint32Array(pixels.data.buffer);
    ink.fill(0);
    const seen = topics.filter(visible);
    // The dots grow as one comes nearer, and always stay apart from each other.
    const step = s * 0.9 * Math.min(...seen.map((t) => t.r / Math.sqrt(Math.max(t.drawn, 1))), 1);
    const size = Math.max(1, Math.min(Math.round(step), Math.round(5 * ratio)));
    const toWorld = SPAN / 65535;
    const ox = w / 2 - (view.x + SPAN / 2) * s, oy = h / 2 - (view.y + SPAN / 2) * s;
    for (const topic of seen) {
      const dim = matches !== null && !matches.has(topic);
      const base = hue(topic), alpha = dim ? 40 : size > 1 ? 200 : 150;
      const one = packed(base, alpha);
      for (let i = topic.first, end = topic.first + topic.drawn; i < end; i++) {
        const px = (xs[i] * toWorld * s + ox) | 0, py = (ys[i] * toWorld * s + oy) | 0;
        if (px < 0 || py < 0 || px + size > w || py + size > h) continue;
        const shade = by === "year" ? packed(mixed(years[i] / yearSpan), alpha) : one;
        for (let dy = 0; dy < size; dy++) {
          const row = (py + dy) * w + px;
          for (let dx = 0; dx < size; dx++) ink[row + dx] = shade;
        }
      }
    }
    context.putImageData(pixels, 0, 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (step > 5 * ratio) dots(seen);
    discs(seen);
    names(seen);
    canvas.dataset.milliseconds = (performance.now() - begun).toFixed(1);
  }

  // From near, dots are round and grow on.
  function dots(seen) {
    const toWorld = SPAN / 65535, s = scale();
    for (const topic of seen) {
      const radius = Math.min(0.36 * s * topic.r / Math.sqrt(Math.max(topic.drawn, 1)), 9);
      const dim = matches !== null && !matches.has(topic);
      context.globalAlpha = dim ? 0.15 : 1;
      for (let i = topic.first, end = topic.first + topic.drawn; i < end; i++) {
        const x = toX(xs[i] * toWorld - SPAN / 2), y = toY(ys[i] * toWorld - SPAN / 2);
        if (x < -9 || y < -9 || x > width + 9 || y > height + 9) continue;
        context.fillStyle = `rgb(${by === "year" ? mixed(years[i] / yearSpan) : hue(topic)})`;
        context.beginPath();
        context.arc(x, y, radius, 0, 2 * Math.PI);
        context.fill();
      }
      context.globalAlpha = 1;
    }
  }

  function discs(seen) {
    for (const topic of seen) {
      const [r, g, b] = hue(topic);
      const dim = matches !== null && !matches.has(topic);
      context.beginPath();
      context.arc(toX(topic.x), toY(topic.y), topic.r * scale(), 0, 2 * Math.PI);
      context.fillStyle = `rgba(${r},${g},${b},${dim ? 0.03 : 0.14})`;
      context.fill();
      const chosen = topic === selected || topic === hovered;
      if (chosen || (matches !== null && !dim)) {
        context.lineWidth = chosen ? 3 : 1.5;
        context.strokeStyle = chosen ? style.ink : `rgb(${r},${g},${b})`;
        context.stroke();
      }
    }
  }

  const style = {};
  function restyle() {
    const read = getComputedStyle(document.documentElement);
    style.ink = read.getPropertyValue("--ink").trim();
    style.ground = read.getPropertyValue("--ground").trim();
    style.quiet = read.getPropertyValue("--quiet").trim();
    style.sans = getComputedStyle(document.body).fontFamily;
    ask();
  }

  // Names: groups from afar, topics from near; the larger ones first, none over another.
  function names(seen) {
    const taken = [];
    const free = (x, y, w, h) => taken.every(([a, b, c, d]) =>
      x + w < a || a + c < x || y + h < b || b + d < y);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    const put = (text, x, y, font, ink) => {
      context.font = `${font} ${style.sans}`;
      const w = context.measureText(text).width + 8, h = 20;
      if (!free(x - w / 2, y - h / 2, w, h)) return false;
      taken.push([x - w / 2, y - h / 2, w, h]);
      context.lineWidth = 4;
      context.strokeStyle = style.ground;
      context.strokeText(text, x, y);
      context.fillStyle = ink;
      context.fillText(text, x, y);
      return true;
    };
    if (selected && visible(selected)) {
      put(short(selected.label, 48), toX(selected.x), toY(selected.y), "600 15px", style.ink);
    }
    let left = 70;
    if (matches === null && view.z < 2.2) {
      for (const group of held.groups) {
        const x = toX(group.x), y = toY(group.y);
        if (x < 0 || x > width || y < 0 || y > height) continue;
        if (put(short(group.label, 34), x, y, "600 15px", style.ink) && --left < 40) break;
      }
    }
    const order = bySize.filter((t) => seen.includes(t) && (matches === null || matches.has(t)));
    for (const topic of order.slice(0, 400)) {
      if (topic === selected) continue;
      const r = topic.r * scale();
      if (r < 9 && left < 30) continue;
      const text = short(topic.label.split(/[,，、]/)[0], r > 90 ? 40 : 26);
      const place = r > 26 ? toY(topic.y) : toY(topic.y) + r + 9;
      if (put(text, toX(topic.x), place, "13px", style.ink) && --left <= 0) break;
    }
  }
  const short = (text, most) => [...text].length <= most ? text : `${[...text].slice(0, most - 1).join("")}…`;

  // Moving.
  function go(target) {
    cancelAnimationFrame(moving);
    const from = { ...view }, z = Math.min(Math.max(target.z ?? view.z, 0.8), 60);
    const to = { x: target.x ?? view.x, y: target.y ?? view.y, z };
    to.x = Math.min(1.3, Math.max(-1.3, to.x));
    to.y = Math.min(1.3, Math.max(-1.3, to.y));
    if (calm.matches || target.now) {
      Object.assign(view, to);
      ask();
      remember();
      return;
    }
    const begun = performance.now();
    const stepOn = (time) => {
      const t = Math.min(1, (time - begun) / 260), e = t * (2 - t);
      view.z = from.z * (to.z / from.z) ** e;
      view.x = from.x + (to.x - from.x) * e;
      view.y = from.y + (to.y - from.y) * e;
      ask();
      if (t < 1) moving = requestAnimationFrame(stepOn);
      else remember();
    };
    moving = requestAnimationFrame(stepOn);
  }

  function zoom(factor, px = width / 2, py = height / 2, now = false) {
    const s = scale(), x = view.x + (px - width / 2) / s, y = view.y + (py - height / 2) / s;
    const z = Math.min(Math.max(view.z * factor, 0.8), 60), f = z / view.z;
    go({ x: x - (px - width / 2) / (s * f), y: y - (py - height / 2) / (s * f), z, now });
  }

  function near(topic) {
    const z = Math.min(Math.max((0.28 * Math.min(width, height)) / (topic.r * scale() / view.z), 1.5), 40);
    go({ x: topic.x, y: topic.y, z });
  }

  function at(px, py) {
    const s = scale(), x = view.x + (px - width / 2) / s, y = view.y + (py - height / 2) / s;
    let best = null;
    for (const topic of topics) {
      const far = Math.hypot(topic.x - x, topic.y - y);
      if (far <= Math.max(topic.r, 6 / s) && (best === null || topic.r < best.r)) best = topic;
    }
    return best;
  }

  function choose(topic, { move = true } = {}) {
    selected = topic;
    about.replaceChildren();
    if (topic !== null) {
      const head = document.createElement("h2");
      const link = document.createElement("a");
      link.href = topic.page;
      link.textContent = topic.label;
      head.append(link);
      const numbers = document.createElement("p");
      numbers.textContent = fill(words.numbers, {
        n: count.format(topic.n), growth: topic.growth, interval: topic.interval,
        verdict: words[topic.verdict],
      });
      const terms = document.createElement("p");
      terms.className = "quiet small";
      terms.textContent = topic.terms.join(zh ? "、" : ", ");
      const more = document.createElement("p");
      const open = document.createElement("a");
      open.href = topic.page;
      open.textContent = words.open_topic;
      more.append(open);
      about.append(head, numbers, terms, more);
      if (move) near(topic);
    } else {
      const hint = document.createElement("p");
      hint.className = "quiet";
      hint.textContent = words.choose;
      about.append(hint);
    }
    remember();
    ask();
  }

  // Search: every word must occur in a topic's label or terms.
  function search(text) {
    const parts = text.toLowerCase().split(/\s+/).filter(Boolean);
    results.replaceChildren();
    if (!parts.length) {
      matches = null;
    } else {
      const found = bySize.filter((topic) => parts.every((part) => topic.said.includes(part)));
      matches = new Set(found);
      const said = document.createElement("p");
      said.className = "small quiet";
      said.textContent = found.length ? fill(words.found, { n: count.format(found.length) }) : words.none;
      const list = document.createElement("ul");
      for (const topic of found.slice(0, 12)) {
        const entry = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = topic.label;
        button.addEventListener("click", () => choose(topic));
        entry.append(button);
        list.append(entry);
      }
      results.append(said, list);
    }
    remember();
    ask();
  }

  // The address holds the view, so that it can be sent and come back to.
  let reading = false;
  function remember() {
    if (reading) return;
    const state = new URLSearchParams();
    if (view.z !== 1 || view.x !== 0 || view.y !== 0) {
      state.set("x", view.x.toFixed(3));
      state.set("y", view.y.toFixed(3));
      state.set("z", view.z.toFixed(2));
    }
    if (by !== "growth") state.set("colour", by);
    if (selected) state.set("topic", selected.id);
    if (find.value) state.set("find", find.value);
    const hash = state.toString();
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  }

  function recall() {
    reading = true;
    const state = new URLSearchParams(location.hash.slice(1));
    const number = (name, other) => {
      const value = parseFloat(state.get(name));
      return Number.isFinite(value) ? value : other;
    };
    by = [...colour.options].some((o) => o.value === state.get("colour")) ? state.get("colour") : "growth";
    colour.value = by;
    legend();
    find.value = state.get("find") ?? "";
    search(find.value);
    const topic = byId.get(state.get("topic")) ?? null;
    choose(topic, { move: topic !== null && !state.has("z") });
    if (topic === null || state.has("z")) go({ x: number("x", 0), y: number("y", 0), z: number("z", 1), now: true });
    reading = false;
  }

  function legend() {
    keys.replaceChildren();
    const add = (css, text) => {
      const item = document.createElement("span");
      item.className = "key-item";
      const dot = document.createElement("span");
      dot.className = "swatch";
      dot.style.backgroundColor = css;
      item.append(dot, text);
      keys.append(item, " ");
    };
    if (by === "growth") {
      for (const name of ["grows", "doubt", "unsure", "shrinks"]) add(VERDICTS[name], words[name]);
    } else if (by === "year") {
      add(`rgb(${EARLY})`, String(held.first_year));
      add(`rgb(${LATE})`, String(held.last_year));
    } else {
      for (const group of held.groups.slice(0, 12)) add(GROUPS[group.colour % GROUPS.length], short(group.label, 40));
    }
  }

  // Pointer, wheel, keyboard.
  const pointers = new Map();
  let dragged = 0, pinch = 0;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
    dragged = 0;
    pinch = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const here = [event.offsetX, event.offsetY];
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      const topic = at(...here);
      if (topic !== hovered) {
        hovered = topic;
        canvas.style.cursor = topic ? "pointer" : "grab";
        ask();
      }
      tip.hidden = topic === null;
      if (topic !== null) {
        tip.textContent = `${short(topic.label, 80)} · ${fill(words.works, { n: count.format(topic.n) })}`;
        tip.style.left = `${Math.min(here[0] + 14, width - 260)}px`;
        tip.style.top = `${here[1] + 14}px`;
      }
      return;
    }
    pointers.set(event.pointerId, here);
    if (pointers.size === 2) {
      const [a, b] = [...pointers.values()];
      const far = Math.hypot(a[0] - b[0], a[1] - b[1]);
      if (pinch) zoom(far / pinch, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, true);
      pinch = far;
      dragged = 99;
      return;
    }
    dragged += Math.abs(here[0] - before[0]) + Math.abs(here[1] - before[1]);
    go({ x: view.x - (here[0] - before[0]) / scale(), y: view.y - (here[1] - before[1]) / scale(), now: true });
  });
  const lift = (event) => {
    if (pointers.delete(event.pointerId) && dragged < 5 && event.type === "pointerup") {
      choose(at(event.offsetX, event.offsetY), { move: false });
    }
    pinch = 0;
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("pointerleave", () => {
    tip.hidden = true;
    hovered = null;
    ask();
  });
  canvas.addEventListener("dblclick", (event) => zoom(2, event.offsetX, event.offsetY));
  // The page scrolls until the map has the focus: it must not trap the wheel.
  canvas.addEventListener("wheel", (event) => {
    if (document.activeElement !== canvas && !event.ctrlKey) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), event.offsetX, event.offsetY, true);
  }, { passive: false });

  const neighbour = (dx, dy) => {
    // The nearest topic in a direction, seen from the one chosen.
    let best = null, least = Infinity;
    for (const topic of topics) {
      const ax = topic.x - selected.x, ay = topic.y - selected.y, along = ax * dx + ay * dy;
      if (topic === selected || along <= 0) continue;
      const across = Math.abs(ax * dy - ay * dx), far = along + 2.5 * across;
      if (across <= along && far < least) [best, least] = [topic, far];
    }
    return best;
  };
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow && event.shiftKey) {
      const next = selected === null ? bySize[0] : neighbour(...arrow);
      if (next) choose(next);
    } else if (arrow) {
      go({ x: view.x + arrow[0] * 80 / scale(), y: view.y + arrow[1] * 80 / scale() });
    } else if (event.key === "+" || event.key === "=") zoom(1.5);
    else if (event.key === "-") zoom(1 / 1.5);
    else if (event.key === "0") go({ x: 0, y: 0, z: 1 });
    else if (event.key === "Enter" && selected) location.assign(selected.page);
    else if (event.key === "Escape" && selected) choose(null);
    else return;
    event.preventDefault();
  });

  document.getElementById("nearer").addEventListener("click", () => zoom(1.6));
  document.getElementById("farther").addEventListener("click", () => zoom(1 / 1.6));
  document.getElementById("whole").addEventListener("click", () => go({ x: 0, y: 0, z: 1 }));
  find.addEventListener("input", () => search(find.value));
  find.form.addEventListener("submit", (event) => {
    event.preventDefault();
    const best = bySize.find((topic) => matches?.has(topic));
    if (best) choose(best);
  });
  colour.addEventListener("change", () => {
    by = colour.value;
    legend();
    remember();
    ask();
  });
  window.addEventListener("hashchange", recall);
  dark.addEventListener("change", restyle);
  new ResizeObserver(fit).observe(canvas);
  for (const part of document.querySelectorAll(".needs-script")) part.hidden = false;
  restyle();
  fit();
  recall();
})();
