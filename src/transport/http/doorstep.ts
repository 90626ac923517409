/**
 * Lets whoever is not signed in come in one by one: one in each turn of the event loop, in which sockets and the database
 * are heard too. A hundred who sign in at the same moment then do not keep those who are inside waiting for all of them.
 */
export function createDoorstep(): () => Promise<void> {
  const line: (() => void)[] = [];
  const letIn = () => {
    line.shift()?.();
    if (line.length > 0) setImmediate(letIn);
  };
  return () =>
    new Promise((resolve) => {
      line.push(resolve);
      if (line.length === 1) setImmediate(letIn);
    });
}
