import SchemaBuilder from '@pothos/core';
import DataloaderPlugin from '@pothos/plugin-dataloader';
import RelayPlugin from '@pothos/plugin-relay';
import type { Cursor } from '../channels/cursor.js';
import { decodeAnyId, encodeIdOfType, idTypes } from '../shared/ids.js';
import type { Context } from './context.js';

interface Scalar<T> {
  Input: T;
  Output: T;
}

/** The one Pothos builder. It defines no types of its own: each module adds its own beside its service. */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: Scalar<Date>;
    TimeZone: Scalar<string>;
    EmailAddress: Scalar<string>;
    Locale: Scalar<string>;
    Cursor: Scalar<Cursor>;
  };
}>({
  plugins: [RelayPlugin, DataloaderPlugin],
  defaultFieldNullability: false,
  relay: {
    clientMutationId: 'omit',
    cursorType: 'String',
    edgesFieldOptions: { nullable: { list: false, items: false } },
    nodeFieldOptions: { nullable: false },
    encodeGlobalID: (typeName, id) => encodeIdOfType(typeName, String(id)),
    decodeGlobalID: (globalId) => {
      const decoded = decodeAnyId(globalId);
      // An id that is none of ours is answered like one of an object that does not exist.
      return decoded
        ? { typename: idTypes[decoded.kind], id: decoded.uuid }
        : { typename: 'Node', id: globalId };
    },
  },
});

builder.queryType({
  description: 'What can be read. Every list is a Relay connection: 20 items unless told, at most 100.',
});
builder.mutationType({
  description: 'What can be changed. A failure is an error whose extensions are {code, detail, fields}.',
});
builder.subscriptionType({
  description:
    'Live events over graphql-transport-ws. With `after`, first everything that came since, in order and once, then what comes live.',
});
