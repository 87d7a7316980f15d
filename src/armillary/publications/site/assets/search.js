// Searches the index beside the site; without it the page keeps its plain explanation.
const place = document.getElementById("found");
const query = new URLSearchParams(location.search).get("q");
const field = document.getElementById("q");

async function search() {
  const index = await import(new URL(place.dataset.index, location.href).href);
  const answer = await index.search(query);
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  const count = String(answer.results.length);
  status.textContent = answer.results.length
    ? place.dataset.found.replace("{n}", count)
    : place.dataset.none;
  const list = document.createElement("ol");
  list.className = "entries";
  for (const found of answer.results.slice(0, 50)) {
    const page = await found.data();
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = place.dataset.root + page.raw_url.replace(/^\//, "");
    link.textContent = page.meta.title;
    const said = document.createElement("p");
    said.className = "small";
    said.textContent = page.plain_excerpt;
    item.append(link, said);
    list.append(item);
  }
  place.replaceChildren(status, list);
}

if (query && location.protocol !== "file:") {
  field.value = query;
  search().catch(() => {});
}
