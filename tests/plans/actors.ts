import { idOf, type Kind, people, type Shape } from '../../scripts/fill/shape.js';
import { schema } from '../../src/graphql/schema.js';
import { encodeId, type IdKind } from '../../src/shared/ids.js';
import type { TestApp } from '../testkit/start-app.js';
import { operationOn } from './selection.js';

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever it has asked for
export type Data = any;
export type Args = Record<string, unknown>;

/** Somebody who uses the API. */
export interface Actor {
  readonly id: string;
  readonly uuid: string;
  readonly token: string;
  /** What a root field gives; throws when it gives nothing but an error. */
  ask(field: string, args?: Args, depth?: number): Promise<Data>;
  /** The data of an operation of one's own. */
  raw(query: string, variables: Args): Promise<Data>;
  /** The same for a mutation that takes an input. */
  change(field: string, input: Args): Promise<Data>;
  /** The first `count` events of a subscription; `work` is done when the first has come. */
  follow(field: string, args: Args, count: number, work?: () => Promise<unknown>): Promise<Data[]>;
}

/** The id that clients see of the n-th row of a kind. */
export const idOfRow = (kind: IdKind & Kind, n: number) => encodeId(kind, idOf(kind, n));

export function createActors(app: TestApp, shape: Shape) {
  function actor(uuid: string, token: string): Actor {
    async function ask(field: string, args: Args = {}, depth = 4): Promise<Data> {
      const query = operationOn(schema, field, Object.keys(args), depth);
      const { data, errors } = await app.client(token).send(query, args);
      if (data?.[field] == null && errors)
        throw new Error(`${field}: ${JSON.stringify(errors)} for ${JSON.stringify(args)}`);
      return data[field];
    }
    return {
      ...{ uuid, token, ask },
      raw: (query, variables) => app.client(token).data(query, variables),
      id: encodeId('user', uuid),
      change: (field, input) => ask(field, { input }),
      async follow(field, args, count, work) {
        const events = app.socket(token).subscribe(operationOn(schema, field, Object.keys(args), 2), args);
        try {
          const first = await events.take(1);
          await work?.();
          return [...first, ...(await events.take(count - 1))];
        } catch (error) {
          throw new Error(`${field} for ${JSON.stringify(args)}`, { cause: error });
        } finally {
          events.stop();
        }
      },
    };
  }
  const person = async (n: number) =>
    actor(idOf('user', n), await app.seed.tokenOf(idOf('user', n), idOf('session', n)));
  return {
    tutor: (n: number) => person(people.tutor(n)),
    student: (n: number) => person(people.student(shape, n)),
    admin: (school: number) => person(people.admin(shape, school)),
    of: (someone: { readonly uuid: string; readonly accessToken: string }) =>
      actor(someone.uuid, someone.accessToken),
  };
}
