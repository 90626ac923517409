import type { IncomingMessage } from 'node:http';
import type { PlainCode } from '../../shared/errors.js';
import type { TransportLimits } from '../limits.js';

/** Which handshakes are let in: `same` lets in pages of this very host only, `any` all, a list those beside it. */
export type AllowedOrigins = 'any' | 'same' | readonly string[];

/** Counts sockets by address and by whether they have begun. */
export interface Admission {
  /** Why a handshake is refused, or null. */
  refusal(request: IncomingMessage): PlainCode | null;
  /** Counts a socket that was opened; gives what to call when it has begun and when it is closed. */
  admit(address: string): { begun(): void; closed(): void };
}

/** Creates the door of the gateway. */
export function createAdmission(limits: TransportLimits, origins: AllowedOrigins): Admission {
  const byAddress = new Map<string, number>();
  let waiting = 0;

  return {
    refusal({ headers, socket }) {
      if (!isAllowed(headers.origin, headers.host, origins)) return 'FORBIDDEN';
      const ofAddress = byAddress.get(socket.remoteAddress ?? '') ?? 0;
      if (limits.socketsPerAddress > 0 && ofAddress >= limits.socketsPerAddress) return 'TOO_MANY_SOCKETS';
      if (limits.socketsBeforeInit > 0 && waiting >= limits.socketsBeforeInit) return 'SERVICE_UNAVAILABLE';
      return null;
    },

    admit(address) {
      byAddress.set(address, (byAddress.get(address) ?? 0) + 1);
      waiting++;
      let idle = true;
      const begun = () => {
        if (idle) waiting--;
        idle = false;
      };
      return {
        begun,
        closed() {
          begun();
          const left = (byAddress.get(address) ?? 1) - 1;
          if (left > 0) byAddress.set(address, left);
          else byAddress.delete(address);
        },
      };
    },
  };
}

/** A client that is no browser sends no Origin and is let in: no cookie authenticates here, only a token. */
function isAllowed(origin: string | undefined, host: string | undefined, origins: AllowedOrigins): boolean {
  if (origin === undefined || origins === 'any') return true;
  if (URL.canParse(origin) && new URL(origin).host === host) return true;
  return origins !== 'same' && origins.includes(origin);
}
