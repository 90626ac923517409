import type { DemoAccount } from '../demo/load-demo-data.js';
import type { ApiAddress } from './api.js';

/** What the start has to tell. */
export interface BannerFacts extends ApiAddress {
  readonly graphiql: boolean;
  readonly worker: boolean;
  readonly place: string;
  readonly accounts: readonly DemoAccount[];
}

/** The text that a start prints once everything runs: where to look, as whom, and where the data lies. */
export function banner({ origin, url, graphiql, worker, place, accounts }: BannerFacts): string {
  const lines = [
    '',
    'Lectern is running.',
    '',
    ...(graphiql ? [`  GraphiQL       ${url} (in a browser)`] : []),
    `  GraphQL        ${url}`,
    `  Subscriptions  ${url.replace(/^http/, 'ws')} (graphql-transport-ws)`,
    `  Health         ${origin}/health/ready`,
    `  Notifications  ${worker ? 'a worker runs in this process' : 'start one with: npm run notif-worker'}`,
    `  Data           ${place}`,
    '',
  ];
  if (accounts.length > 0) {
    const width = Math.max(...accounts.map(({ email }) => email.length));
    lines.push('  Demo accounts:');
    for (const { email, password, label } of accounts)
      lines.push(`    ${email.padEnd(width)}  ${password}   ${label}`);
    lines.push('');
  }
  lines.push('  Ctrl-C stops everything.', '', '');
  return lines.join('\n');
}
