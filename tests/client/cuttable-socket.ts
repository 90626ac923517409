import { WebSocket } from 'ws';

/** A socket class that remembers what it opened, so that a test can cut it as a network would: without a word. */
export function cuttable() {
  const open = new Set<WebSocket>();
  class CuttableSocket extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      open.add(this);
      this.on('close', () => open.delete(this));
    }
  }
  const cut = () => {
    for (const socket of open) socket.terminate();
  };
  return { CuttableSocket, cut };
}
