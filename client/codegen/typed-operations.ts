import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { type GraphQLSchema, parse, printSchema } from 'graphql';

/** A file of operations. */
export interface OperationFile {
  readonly name: string;
  readonly text: string;
}

/** The scalars as they stand in JSON. One that is not named here is an error, never `any`. */
const scalars = {
  ID: 'string',
  DateTime: 'string',
  Date: 'string',
  TimeZone: 'string',
  EmailAddress: 'string',
  Locale: 'string',
  Cursor: 'string',
};

const config = {
  scalars,
  strictScalars: true,
  immutableTypes: true,
  useTypeImports: true,
  documentNodeImport: '@apollo/client#TypedDocumentNode',
  enumType: 'string-literal',
  arrayInputCoercion: false,
  dedupeFragments: true,
};

/**
 * A TypeScript module with the type of the result and the variables of every operation, and the operation itself as a
 * TypedDocumentNode, so that a client infers both. Fails when an operation does not fit the schema.
 */
export async function typedOperations(
  schema: GraphQLSchema,
  files: readonly OperationFile[],
): Promise<string> {
  return codegen({
    filename: 'operations.ts',
    schema: parse(printSchema(schema)),
    schemaAst: schema,
    documents: files.map(({ name, text }) => ({ location: name, document: parse(text) })),
    config,
    pluginMap: { operations: typescriptOperations, documents: typedDocumentNode },
    plugins: [{ operations: {} }, { documents: {} }],
  });
}
