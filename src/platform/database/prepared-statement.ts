import type pg from 'pg';
import { columnTypes } from './column-types.js';
import { executionOf } from './statement-message.js';

/** Told once: the rows, or why there are none. */
export type StatementDone = (error: Error | null | undefined, rows: Row[]) => void;

type Row = Record<string, unknown>;

interface Column {
  readonly name: string;
  readonly read: (text: string) => unknown;
}

/** What a connection of pg has beside its types. */
interface Connection extends pg.Connection {
  readonly stream: pg.Connection['stream'] & { cork(): void; uncork(): void };
  /** Texts by their names: those that PostgreSQL has, and those that are on their way to it. */
  readonly parsedStatements: Record<string, string>;
  readonly submittedNamedStatements: Record<string, string>;
}

/** The columns of what a connection has prepared, by its name: they are the same for as long as the connection lives. */
const described = new WeakMap<pg.Connection, Map<string, readonly Column[]>>();

/**
 * A prepared statement on its way over a connection, in the place of pg's own `Query`. It is written in one piece, and
 * PostgreSQL describes its columns once for each connection instead of with each result.
 */
export class PreparedStatement implements pg.Submittable {
  /** pg puts it there, and another in its place when it was too late. */
  callback: StatementDone | undefined;
  #columns: readonly Column[] | undefined;
  #readsColumns = false;
  #unreadable: Error | null = null;
  readonly #rows: Row[] = [];

  constructor(
    readonly name: string,
    readonly text: string,
    readonly values: readonly unknown[],
  ) {}

  submit(given: pg.Connection): Error | null {
    const connection = given as Connection;
    const { stream, parsedStatements, submittedNamedStatements } = connection;
    const { name, text } = this;
    this.#columns = described.get(connection)?.get(name);
    let message: Buffer;
    try {
      message = executionOf(name, this.values, this.#columns === undefined);
    } catch (error) {
      return error as Error;
    }
    if (!stream.writable) return null;
    if (parsedStatements[name] !== undefined || submittedNamedStatements[name] !== undefined) {
      stream.write(message);
      return null;
    }
    stream.cork();
    connection.parse({ name, text, types: [] }, true);
    submittedNamedStatements[name] = text;
    stream.write(message);
    stream.uncork();
    return null;
  }

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({
      name,
      read: columnTypes.getTypeParser(dataTypeID),
    }));
    this.#readsColumns = true;
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const row: Row = {};
    const columns = this.#columns as readonly Column[];
    try {
      for (let index = 0; index < columns.length; index++) {
        const { name, read } = columns[index] as Column;
        const text = fields[index] as string | null;
        row[name] = text === null ? null : read(text);
      }
      this.#rows.push(row);
    } catch (error) {
      this.#unreadable ??= error as Error;
    }
  }

  handleCommandComplete(_message: unknown, connection: pg.Connection): void {
    if (!this.#columns) this.#columns = [];
    else if (!this.#readsColumns) return;
    const all = described.get(connection) ?? new Map<string, readonly Column[]>();
    if (all.size === 0) described.set(connection, all);
    all.set(this.name, this.#columns);
  }

  handleEmptyQuery(): void {}

  handlePortalSuspended(): void {}

  handleError(error: Error): void {
    this.callback?.(error, []);
  }

  handleReadyForQuery(): void {
    if (this.#unreadable) this.callback?.(this.#unreadable, []);
    else this.callback?.(null, this.#rows);
  }
}
