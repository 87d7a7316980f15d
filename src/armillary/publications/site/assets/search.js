// Searches the index beside the site; without it the page keeps its plain explanation.
const found = document.getElementById("found");
const form = document.getElementById("find");
const asked = new URLSearchParams(location.search);
const PART = 20;
const number = new Intl.NumberFormat(document.documentElement.lang === "en" ? "en" : "zh-CN");
const boxes = [...document.querySelectorAll('input[type="checkbox"][form="find"]')];

// The form shows what the address asks for.
function fill() {
  for (const name of ["q", "from", "to", "sort"]) form.elements[name].value = asked.get(name) ?? "";
  for (const box of boxes) {
    box.checked = asked.getAll(box.name).includes(box.value);
    if (box.checked) box.closest("details").open = true;
  }
}

function chosen(years) {
  const filters = { register: found.dataset.register };
  for (const name of new Set(boxes.map((box) => box.name))) {
    const codes = boxes.filter((box) => box.name === name && box.checked).map((box) => box.value);
    if (codes.length) filters[name] = { any: codes };
  }
  const first = Number.parseInt(asked.get("from"), 10);
  const last = Number.parseInt(asked.get("to"), 10);
  if (first || last) {
    const between = years.filter((year) => year >= (first || 0) && year <= (last || 9999));
    filters.year = { any: between.length ? between : ["none"] };
  }
  return filters;
}

// Beside each value: how many it would leave; a facet chosen from counts as if it were not.
async function count(index, query, filters, answer) {
  for (const name of new Set(boxes.map((box) => box.name))) {
    const { [name]: own, ...others } = filters;
    const counts = own ? (await index.search(query, { filters: others })).filters : answer.filters;
    for (const box of boxes.filter((one) => one.name === name)) {
      const n = counts[name]?.[box.value] ?? 0;
      box.closest("label").querySelector("[data-count]").textContent = number.format(n);
    }
  }
}

async function item(result) {
  const page = await result.data();
  const entry = document.createElement("li");
  const link = document.createElement("a");
  link.href = found.dataset.root + page.raw_url.replace(/^\//, "");
  link.textContent = page.meta.title;
  const said = document.createElement("p");
  said.className = "small";
  // The excerpt is escaped text with <mark> around each hit; it is parsed, never run.
  const parsed = new DOMParser().parseFromString(page.excerpt, "text/html");
  for (const node of parsed.body.childNodes) {
    const piece = node.nodeName === "MARK" ? document.createElement("mark") : document.createElement("span");
    piece.textContent = node.textContent;
    said.append(piece);
  }
  entry.append(link, said);
  return entry;
}

function turn(offset, total) {
  const parts = document.createElement("nav");
  parts.className = "turn";
  parts.setAttribute("aria-label", found.dataset.parts);
  const steps = [
    ["prev", found.dataset.previous, offset - PART, offset > 0],
    ["next", found.dataset.next, offset + PART, offset + PART < total],
  ];
  for (const [rel, text, to, possible] of steps) {
    if (!possible) continue;
    const link = document.createElement("a");
    const address = new URLSearchParams(asked);
    address.set("offset", String(Math.max(0, to)));
    link.href = `?${address}`;
    link.rel = rel;
    link.textContent = text;
    parts.append(link);
  }
  return parts;
}

async function search() {
  const index = await import(new URL(found.dataset.index, location.href).href);
  const years = Object.keys((await index.filters()).year ?? {});
  const query = (asked.get("q") ?? "").trim().slice(0, 500) || null;
  const filters = chosen(years);
  const by = query && asked.get("sort") !== "date" ? {} : { sort: { date: "desc" } };
  const answer = await index.search(query, { filters, ...by });
  const total = answer.results.length;
  const offset = Math.max(0, Number.parseInt(asked.get("offset"), 10) || 0);
  await count(index, query, filters, answer);
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  status.textContent = total
    ? found.dataset.found.replace("{n}", number.format(total))
    : found.dataset.none;
  const list = document.createElement("ol");
  list.className = "entries hits";
  list.start = offset + 1;
  list.append(...(await Promise.all(answer.results.slice(offset, offset + PART).map(item))));
  found.replaceChildren(status, ...(list.children.length ? [list] : []), turn(offset, total));
  document.getElementById("static").remove();
  document.getElementById("finder").hidden = false;
}

fill();
search().catch(() => {});
