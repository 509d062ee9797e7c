// The source of a page that a server gives: it is asked for what the page shows, of the snapshot that the page's address names.
const base = location.pathname.replace(/\/map$/, '');
const remember = new Map();
async function ask(place, words) {
  const address = `${base}/${place}?${new URLSearchParams(words)}`;
  if (!remember.has(address)) {
    const answer = await fetch(address);
    if (remember.size > 200) remember.clear();
    remember.set(address, answer.ok ? await answer.json() : null);
  }
  return remember.get(address);
}
document.querySelector('.home').href = `${base}/`;
await explore({
  view: (at, size, colour, area, marks) => ask('map/data', { at, size, colour, area, marks }),
  model: (id) => ask('map/model', { id }),
  children: (id) => ask('map/children', { id }),
  search: async (q) => (await ask('suggest', { q }))?.rows ?? [],
  page: (at) => !/^(hub|alone|family:|owner:|block:|rest:)/.test(at)
    && make('a', { href: `${base}/model/${at.replace(/^model:/, '').split('/').map(encodeURIComponent).join('/')}` }, 'All about it'),
}, JSON.parse(byId('about').textContent));
