import { createHash } from 'node:crypto';
import { fetcherScript } from './browser/fetcher.js';
import { postScript } from './browser/post.js';
import { sessionScript } from './browser/session.js';
import { signInBarScript } from './browser/sign-in-bar.js';
import { startScript } from './browser/start.js';
import { styleSheet } from './browser/style.js';
import { hashScript, type ScriptHash } from './content-security-policy.js';
import { defaultTabs } from './default-tabs.js';
import type { DemoAccount } from './demo-account.js';

/** The rendered page. */
export interface GraphiqlDocument {
  readonly html: Buffer;
  /** The hashes of its scripts, for the content security policy. */
  readonly scripts: readonly ScriptHash[];
  /** Changes when the page does; safe inside an ETag. */
  readonly digest: string;
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#5b4bc4" d="M3 9 22 4l3 6L6 15zM14 14h5v11h5v3H9v-3h5z"/></svg>`;

/** Renders the page from the GraphiQL build in node_modules, which is loaded here and not at start-up. */
export async function renderDocument(demoAccounts: readonly DemoAccount[]): Promise<GraphiqlDocument> {
  const graphiql = await import('@graphql-yoga/render-graphiql/graphiql');
  const workers = {
    editorWorkerService: graphiql.editorWorkerService,
    json: graphiql.jsonWorker,
    graphql: graphiql.graphqlWorker,
  };
  const client = [
    "'use strict';",
    '(() => {',
    postScript,
    sessionScript,
    fetcherScript,
    signInBarScript,
    startScript,
    '})();',
  ].join('\n');
  const html = Buffer.from(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lectern GraphiQL</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
<style>${graphiql.css}</style>
<style>${styleSheet}</style>
</head>
<body class="no-focus-outline">
<noscript>GraphiQL needs JavaScript.</noscript>
<form id="sign-in-bar" autocomplete="on">
<strong>${icon}Lectern GraphiQL</strong>
<output name="status" role="status"></output>
<span class="signed-out">
<select name="account" aria-label="Account"></select>
<span class="credentials">
<input name="email" type="email" placeholder="E-mail" aria-label="E-mail" autocomplete="username">
<input name="password" type="password" placeholder="Password" aria-label="Password" autocomplete="current-password">
</span>
<button type="submit">Sign in</button>
</span>
<span class="signed-in"><button type="button" name="signOut">Sign out</button></span>
</form>
<div id="graphiql"></div>
${dataBlock('workers', workers)}
${dataBlock('settings', { demoAccounts, defaultTabs })}
<script>${graphiql.js}</script>
<script>${client}</script>
</body>
</html>
`);
  return {
    html,
    scripts: [hashScript(graphiql.js), hashScript(client)],
    digest: createHash('sha256').update(html).digest('base64url'),
  };
}

/** JSON that a script of the page reads; `<` is escaped, so that no value can end the element. */
function dataBlock(id: string, value: unknown): string {
  const json = JSON.stringify(value).replaceAll('<', '\\u003c');
  return `<script type="application/json" id="${id}">${json}</script>`;
}
