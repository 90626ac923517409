import { createHash } from 'node:crypto';
import type pg from 'pg';
import { createShape, type Shape } from '../../shared/shape.js';
import { columnTypes } from './column-types.js';
import { executionOf, executionWithoutEnd } from './statement-message.js';

/** Told once: the rows, or why there are none. */
export type StatementDone = (error: Error | null | undefined, rows: Row[]) => void;

type Row = Record<string, unknown>;

/** The columns of a statement, and what its rows are made as. */
interface Columns {
  readonly names: readonly string[];
  readonly readers: readonly ((text: string) => unknown)[];
  readonly Row: Shape;
}

/** What a connection of pg has beside its types. */
interface Connection extends pg.Connection {
  readonly stream: pg.Connection['stream'] & { cork(): void; uncork(): void };
  /** Texts by their names: those that PostgreSQL has, and those that are on their way to it. */
  readonly parsedStatements: Record<string, string>;
  readonly submittedNamedStatements: Record<string, string>;
}

const noColumns: Columns = { names: [], readers: [], Row: createShape() };

/** The columns of what a connection has prepared, by its name: they are the same for as long as the connection lives. */
const described = new WeakMap<pg.Connection, Map<string, Columns>>();

/** Statements with the same text share one plan on a connection; the texts are ours, so their number is bounded. */
const names = new Map<string, string>();

/** What a text is prepared as. */
export function statementName(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash('sha1').update(text).digest('base64url');
    if (names.size < 2_000) names.set(text, name);
  }
  return name;
}

const begin = 'BEGIN';
const beginMessage = executionWithoutEnd(statementName(begin));

/** The beginning of a transaction, which goes out with its first statement. */
export interface Beginning {
  /** Whether the transaction has begun, or is about to. */
  sent: boolean;
}

/** Begins a transaction on a connection where BEGIN is not prepared yet: only what is can go out with another statement. */
export function firstBeginning(client: pg.ClientBase): PreparedStatement | null {
  const { connection } = client as unknown as { connection: Connection };
  const isPrepared = connection.parsedStatements[statementName(begin)] !== undefined;
  return isPrepared ? null : new PreparedStatement(begin, []);
}

/**
 * A prepared statement on its way over a connection, in the place of pg's own `Query`. It is written in one piece, and
 * PostgreSQL describes its columns once for each connection instead of with each result.
 */
export class PreparedStatement implements pg.Submittable {
  /** pg puts it there, and another in its place when it was too late. */
  callback: StatementDone | undefined;
  private columns: Columns | undefined;
  private isNew = false;
  private unreadable: Error | null = null;
  private readonly rows: Row[] = [];
  private begins = false;
  readonly name: string;
  /** What PostgreSQL says that it has done, such as `INSERT 0 1`; empty until then. */
  tag = '';

  /** @param beginning of the transaction that it belongs to: the first of its statements takes it along. */
  constructor(
    readonly text: string,
    readonly values: readonly unknown[],
    private readonly beginning: Beginning | null = null,
  ) {
    this.name = statementName(text);
  }

  submit(given: pg.Connection): Error | null {
    const connection = given as Connection;
    const { stream, parsedStatements, submittedNamedStatements } = connection;
    const { name, text } = this;
    this.columns = described.get(connection)?.get(name);
    let message: Buffer;
    try {
      message = executionOf(name, this.values, this.columns === undefined);
    } catch (error) {
      return error as Error;
    }
    if (!stream.writable) return null;
    const isPrepared = parsedStatements[name] !== undefined || submittedNamedStatements[name] !== undefined;
    this.begins = this.beginning !== null && !this.beginning.sent;
    if (isPrepared && !this.begins) {
      stream.write(message);
      return null;
    }
    stream.cork();
    if (this.beginning) this.beginning.sent = true;
    // First, and all with one Sync: when anything fails, so does whatever comes after it.
    if (this.begins) stream.write(beginMessage);
    if (!isPrepared) {
      connection.parse({ name, text, types: [] }, true);
      submittedNamedStatements[name] = text;
    }
    stream.write(message);
    stream.uncork();
    return null;
  }

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.columns = {
      names: fields.map(({ name }) => name),
      readers: fields.map(({ dataTypeID }) => columnTypes.getTypeParser(dataTypeID)),
      Row: createShape(),
    };
    this.isNew = true;
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const { names, readers, Row } = this.columns as Columns;
    const row = new Row();
    try {
      for (let index = 0; index < names.length; index++) {
        const text = fields[index] as string | null;
        row[names[index] as string] = text === null ? null : readers[index]?.(text);
      }
      this.rows.push(row);
    } catch (error) {
      this.unreadable ??= error as Error;
    }
  }

  handleCommandComplete({ text }: { text: string }, connection: pg.Connection): void {
    if (this.begins) {
      this.begins = false;
      return;
    }
    this.tag = text;
    if (this.columns && !this.isNew) return;
    const all = described.get(connection) ?? new Map<string, Columns>();
    if (all.size === 0) described.set(connection, all);
    all.set(this.name, this.columns ?? noColumns);
  }

  handleEmptyQuery(): void {}

  handlePortalSuspended(): void {}

  handleError(error: Error): void {
    this.callback?.(error, []);
  }

  handleReadyForQuery(): void {
    if (this.unreadable) this.callback?.(this.unreadable, []);
    else this.callback?.(null, this.rows);
  }
}
