import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import DataloaderPlugin from '@pothos/plugin-dataloader';
import RelayPlugin from '@pothos/plugin-relay';
import type { Cursor } from '../channels/cursor.js';
import { AppError, invalid } from '../shared/errors.js';
import { decodeAnyId, encodeIdOfType, idTypes } from '../shared/ids.js';
import { isStorable } from '../shared/text.js';
import { type Context, requireViewer } from './context.js';
import { fieldCost } from './operation-cost.js';

/** Stands for the type of an id that is none of ours; such an id is answered like one of nothing. */
const noType = '';
const maxNodes = 100;
const maxIdCharacters = 100;

/** An id that no row could ever have is a bad input; one that is only unknown is answered like an absent one. */
function requireStorable(path: string, { typename, id }: { typename: string; id: string }): void {
  if (typename !== noType) return;
  if (id.length > maxIdCharacters) throw invalid(path, { rule: 'AT_MOST_CHARACTERS', max: maxIdCharacters });
  if (!isStorable(id)) throw invalid(path, { rule: 'ID' });
}

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
    Date: Scalar<string>;
    TimeZone: Scalar<string>;
    EmailAddress: Scalar<string>;
    Locale: Scalar<string>;
    Cursor: Scalar<Cursor>;
  };
}>({
  plugins: [RelayPlugin, DataloaderPlugin, ComplexityPlugin],
  // The guard asks for the cost itself, once for each operation; the plugin would once for each context.
  complexity: { fieldComplexity: fieldCost, disabled: true },
  defaultFieldNullability: false,
  relay: {
    clientMutationId: 'omit',
    cursorType: 'String',
    idFieldOptions: {
      description: 'A TypeID, such as lesson_01h…: unique over all types, and it names its type.',
    },
    nodeTypeOptions: { description: 'Anything that can be read again by its id alone.' },
    nodeQueryOptions: {
      description:
        'Any object by its id; null with its …_NOT_FOUND error when it is absent or not the viewer’s to see.',
      args: { id: { description: 'A TypeID of any type.' } },
      resolve: (_root, { id }, context, _info, resolveNode) => {
        requireViewer(context);
        requireStorable('id', id);
        if (id.typename === noType) throw new AppError('NOT_FOUND');
        return resolveNode(id);
      },
    },
    nodesQueryOptions: {
      description: 'The same for many ids, in their order.',
      args: { ids: { description: 'TypeIDs of any types, at most 100.' } },
      resolve: async (_root, { ids }, context, _info, resolveNodes) => {
        requireViewer(context);
        if (ids.length > maxNodes) throw invalid('ids', { rule: 'AT_MOST_ITEMS', max: maxNodes });
        ids.forEach((id, index) => void requireStorable(`ids.${index}`, id));
        const all = [...ids];
        const known = all.filter(({ typename }) => typename !== noType);
        // The plugin hands over its own list, whatever it is given.
        ids.splice(0, ids.length, ...known);
        const found = known.length > 0 ? await resolveNodes(known) : [];
        return all.map(({ typename }) => (typename === noType ? new AppError('NOT_FOUND') : found.shift()));
      },
    },
    pageInfoTypeOptions: { description: 'Where a page lies in its list.' },
    hasNextPageFieldOptions: { description: 'Whether there are items after this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether there are items before this page.' },
    startCursorFieldOptions: { description: 'The cursor of the first item; null on an empty page.' },
    endCursorFieldOptions: { description: 'The cursor of the last item; null on an empty page.' },
    firstArgOptions: { description: 'The first so many items (after `after`), at most 100; 20 unless told.' },
    afterArgOptions: { description: 'The items after this cursor.' },
    lastArgOptions: { description: 'The last so many items (before `before`), at most 100.' },
    beforeArgOptions: { description: 'The items before this cursor.' },
    cursorFieldOptions: { description: 'Where this item is in the list: for `after` and `before`.' },
    edgesFieldOptions: {
      description: 'The items of the page, in order.',
      nullable: { list: false, items: false },
    },
    nodeFieldOptions: { description: 'The item.', nullable: false },
    pageInfoFieldOptions: { description: 'Where this page lies in the list.' },
    encodeGlobalID: (typeName, id) => encodeIdOfType(typeName, String(id)),
    decodeGlobalID: (globalId) => {
      const decoded = decodeAnyId(globalId);
      // An id that is none of ours is answered like one of an object that does not exist.
      return decoded
        ? { typename: idTypes[decoded.kind], id: decoded.uuid }
        : { typename: noType, id: globalId };
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
