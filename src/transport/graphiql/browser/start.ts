/** Browser script: wires session, bar and GraphiQL together; runs last. */
export const startScript = `
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const { demoAccounts, defaultTabs } = read('settings');

const workerUrls = {};
for (const [label, source] of Object.entries(read('workers'))) {
  workerUrls[label] = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
}
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (moduleId, label) => workerUrls[label] };

const endpoint = location.pathname;
const session = createSession(endpoint);
const fetcher = createFetcher(endpoint, session);
createSignInBar(document.getElementById('sign-in-bar'), session, demoAccounts);
void session.restore();

YogaGraphiQL.renderYogaGraphiQL(document.getElementById('graphiql'), {
  fetcher,
  // A link with a query shows that query alone.
  defaultTabs: new URLSearchParams(location.search).has('query') ? undefined : defaultTabs,
  // Headers may hold tokens, and an address is shared too easily to hold what one is typing.
  shouldPersistHeaders: false,
  onEditQuery: undefined,
});
`;
