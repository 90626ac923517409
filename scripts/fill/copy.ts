import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from } from 'pg-copy-streams';
import type { Table, Value } from './table.js';

const chunkRows = 500;

function encode(value: Value): string {
  if (value === null) return '\\N';
  return typeof value === 'boolean' ? (value ? 't' : 'f') : String(value);
}

function* chunks({ count, row }: Table, told: (rows: number) => void): Generator<string> {
  for (let begin = 0; begin < count; begin += chunkRows) {
    const end = Math.min(count, begin + chunkRows);
    let text = '';
    for (let n = begin; n < end; n++) text += `${row(n).map(encode).join('\t')}\n`;
    yield text;
    told(end);
  }
}

/** Sends all rows of a table with COPY, as fast as the server takes them; `told` hears how many were sent. */
export async function copyTable(client: Client, table: Table, told: (rows: number) => void): Promise<void> {
  const target = client.query(
    from(`COPY ${table.name} (${table.columns.map((c) => `"${c}"`).join(', ')}) FROM STDIN`),
  );
  await pipeline(Readable.from(chunks(table, told)), target);
}
