/** What a query runs on: the database itself, or the unit of work that is under way. */
export interface Queryable {
  /** Runs one statement, prepared, and gives its rows. */
  sql<Row>(text: string, ...values: unknown[]): Promise<Row[]>;
}

/** One transaction: everything in it is committed, or nothing is. */
export interface UnitOfWork extends Queryable {
  /** Runs after the commit; never when the transaction failed. A hook must not throw. */
  afterCommit(hook: () => void): void;
}
