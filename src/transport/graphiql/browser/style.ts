/** The style of the bar and of the two rows of the page; colours follow GraphiQL's theme. The bar names the page already, so the logo is hidden. */
export const styleSheet = `
body { display: flex; flex-direction: column; height: 100vh; }
#graphiql { flex: 1; min-height: 0; }
#graphiql .graphiql-container { width: 100%; height: 100%; }
#graphiql .graphiql-logo { display: none; }
#sign-in-bar {
  --line: #d8dbe2; --back: #f6f7f9; --text: #3b4b68; --field: #fff; --accent: #5b4bc4; --failure: #b3261e;
  display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; min-height: 48px; padding: 6px 16px;
  box-sizing: border-box; border-bottom: 1px solid var(--line); background: var(--back); color: var(--text);
  font: 14px/1.4 Roboto, system-ui, sans-serif;
}
body.graphiql-dark #sign-in-bar {
  --line: #36415a; --back: #1a2130; --text: #b7c2d7; --field: #212a3b; --accent: #7a6ae0; --failure: #ff8a80;
}
@media (prefers-color-scheme: dark) {
  body:not(.graphiql-light) #sign-in-bar {
    --line: #36415a; --back: #1a2130; --text: #b7c2d7; --field: #212a3b; --accent: #7a6ae0; --failure: #ff8a80;
  }
}
#sign-in-bar strong { display: flex; align-items: center; gap: 8px; font-weight: 500; }
#sign-in-bar strong svg { width: 22px; height: 22px; }
#sign-in-bar strong path { fill: var(--accent); }
#sign-in-bar output { margin-left: auto; }
#sign-in-bar.failed output { color: var(--failure); }
#sign-in-bar .signed-out, #sign-in-bar .credentials { display: flex; flex-wrap: wrap; gap: 8px; }
#sign-in-bar .signed-in, #sign-in-bar.authenticated .signed-out, #sign-in-bar:not(.typed) .credentials { display: none; }
#sign-in-bar.authenticated .signed-in { display: block; }
#sign-in-bar :is(select, input, button) {
  height: 32px; padding: 0 10px; box-sizing: border-box; border: 1px solid var(--line); border-radius: 6px;
  background: var(--field); color: inherit; font: inherit;
}
#sign-in-bar [hidden] { display: none; }
#sign-in-bar button { cursor: pointer; font-weight: 500; }
#sign-in-bar button[type='submit'] { border-color: var(--accent); background: var(--accent); color: #fff; }
#sign-in-bar button:disabled { opacity: 0.6; cursor: wait; }
#sign-in-bar :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
`;
