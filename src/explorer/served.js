// The source of a page that a server gives: it is asked for what the page shows.
const remember = new Map();
async function ask(place, words) {
  const address = `${place}?${new URLSearchParams(words)}`;
  if (!remember.has(address)) {
    const answer = await fetch(address);
    if (remember.size > 200) remember.clear();
    remember.set(address, answer.ok ? await answer.json() : null);
  }
  return remember.get(address);
}
await explore({
  view: (at, size, colour, area, marks) => ask('/map/data', { at, size, colour, area, marks }),
  model: (id) => ask('/map/model', { id }),
  children: (id) => ask('/map/children', { id }),
  search: async (q) => (await ask('/map/search', { q })) ?? [],
  page: (id) => id.includes('/') && !id.includes(':') && make('a', { href: `/model/${id}` }, 'All about it'),
}, JSON.parse(byId('about').textContent));
