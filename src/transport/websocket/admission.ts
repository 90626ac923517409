import type { IncomingMessage } from 'node:http';
import type { PlainCode } from '../../shared/errors.js';
import { networkOf } from '../client-address.js';
import type { TransportLimits } from '../limits.js';
import { type AllowedOrigins, isAllowedOrigin } from '../origins.js';

/** Counts sockets by address and by whether they have begun. */
export interface Admission {
  /** Why a handshake is refused, or null. */
  refusal(request: Pick<IncomingMessage, 'headers'>, address: string): PlainCode | null;
  /** Counts a socket that was opened. */
  admit(address: string): void;
  /** It has sent its first message. */
  begun(): void;
  /** It is closed, and had begun or not. */
  closed(address: string, hadBegun: boolean): void;
}

/** Creates the door of the gateway. */
export function createAdmission(limits: TransportLimits, origins: AllowedOrigins): Admission {
  const byAddress = new Map<string, number>();
  let waiting = 0;

  return {
    refusal({ headers: { origin, host } }, address) {
      // A client that is no browser sends no Origin and is let in: no cookie authenticates here, only a token.
      if (origin !== undefined && !isAllowedOrigin(origin, host, origins)) return 'FORBIDDEN';
      const ofAddress = byAddress.get(networkOf(address)) ?? 0;
      if (limits.socketsPerAddress > 0 && ofAddress >= limits.socketsPerAddress) return 'TOO_MANY_SOCKETS';
      if (limits.socketsBeforeInit > 0 && waiting >= limits.socketsBeforeInit) return 'SERVICE_UNAVAILABLE';
      return null;
    },

    admit(from) {
      const address = networkOf(from);
      byAddress.set(address, (byAddress.get(address) ?? 0) + 1);
      waiting++;
    },

    begun() {
      waiting--;
    },

    closed(from, hadBegun) {
      if (!hadBegun) waiting--;
      const address = networkOf(from);
      const left = (byAddress.get(address) ?? 1) - 1;
      if (left > 0) byAddress.set(address, left);
      else byAddress.delete(address);
    },
  };
}
