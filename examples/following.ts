import type { ApolloClient, OperationVariables, TypedDocumentNode } from '@apollo/client';

/** The events of one subscription, in the order of their arrival. */
export interface Following<Event> {
  readonly events: readonly Event[];
  /** Resolves with the first event that fits, of those that have come or are to come; rejects after 30 s. */
  first<Found extends Event>(fits: (event: Event) => event is Found, what: string): Promise<Found>;
  /** Resolves when so many events fit. */
  count(fits: (event: Event) => boolean, count: number, what: string): Promise<void>;
  stop(): void;
}

const patienceMilliseconds = 30_000;

/** Follows a subscription through Apollo; `eventOf` takes the event out of the data. */
export function follow<Data, Variables extends OperationVariables, Event>(
  apollo: ApolloClient,
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  eventOf: (data: Data) => Event | null,
): Following<Event> {
  const events: Event[] = [];
  const listeners = new Set<(failure?: Error) => void>();
  const tell = (failure?: Error) => {
    for (const listener of listeners) listener(failure);
  };
  const subscription = apollo
    .subscribe<Data, OperationVariables>({ query, variables })
    .subscribe(({ data, error }) => {
      const event = data ? eventOf(data as Data) : null;
      if (event) events.push(event);
      tell(error as Error | undefined);
    });

  function until(holds: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (act: () => void) => {
        clearTimeout(timer);
        listeners.delete(look);
        act();
      };
      const look = (failure?: Error) => {
        if (failure) end(() => reject(failure));
        else if (holds()) end(resolve);
      };
      const timer = setTimeout(
        () => end(() => reject(new Error(`No ${what} within ${patienceMilliseconds / 1_000} s.`))),
        patienceMilliseconds,
      );
      listeners.add(look);
      look();
    });
  }

  return {
    events,
    async first(fits, what) {
      await until(() => events.some(fits), what);
      return events.find(fits) as never;
    },
    count: (fits, count, what) => until(() => events.filter(fits).length >= count, what),
    stop: () => subscription.unsubscribe(),
  };
}
