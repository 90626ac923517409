import type { GraphqlClient } from '../testkit/graphql-client.js';
import { type Person, seededPassword } from '../testkit/seed.js';

const signedIn = `user { id displayName email plan role timeZone locale createdAt organization { id name } }
  accessToken accessTokenExpiresAt refreshToken`;

export const signUp = `mutation ($input: SignUpInput!) { signUp(input: $input) { ${signedIn} } }`;
export const signIn = `mutation ($input: SignInInput!) { signIn(input: $input) { ${signedIn} } }`;
export const refreshSession = `mutation ($token: String!) {
  refreshSession(input: { refreshToken: $token }) { ${signedIn} }
}`;
export const signOut = 'mutation { signOut { ok } }';
export const revokeSession = 'mutation ($id: ID!) { revokeSession(input: { sessionId: $id }) { ok } }';
export const sessions = '{ sessions { id createdAt lastUsedAt userAgent current } }';
export const viewer = '{ viewer { id displayName email plan role } }';
export const userById = `query ($id: ID!) {
  node(id: $id) { id ... on User { displayName role email plan organization { id } } }
}`;
export const users = `query ($role: Role, $text: String, $first: Int, $after: String) {
  users(role: $role, text: $text, first: $first, after: $after) {
    edges { cursor node { id displayName email } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}`;

/** What a sign-in gives to a client. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** A new session of a seeded person. */
export async function signInAs(client: GraphqlClient, { email }: Person): Promise<Tokens> {
  return (await client.data(signIn, { input: { email, password: seededPassword } })).signIn;
}
