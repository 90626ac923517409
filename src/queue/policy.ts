/** What the queue promises about failures. The table's CHECK and partial indexes hold the same numbers. */
export const queuePolicy = {
  /** The failure that makes a dead letter: one attempt and three retries. */
  maxAttempts: 4,
  /** Failure n is tried again after n² times this: 10, 40 and 90 s. */
  retrySeconds: 10,
  /** An item that lost so many leases may be what kills workers: from now on it is processed alone. */
  suspectAfterLostLeases: 2,
  /** Leases that it may lose while it is alone before it is given up. */
  lostLeasesAlone: 5,
  /** A deferred item is never due sooner, so that a handler that always defers cannot keep the worker busy. */
  minDeferSeconds: 1,
  /** An item that a worker does not know, since it is of a newer release, is looked at again after so long. */
  unknownSeconds: 30,
  /** What no worker has known for so long is given up. */
  unknownHours: 24,
  /** Finished items are kept so long. */
  retentionDays: 7,
  /** Items in one statement of the sweeps: small, so that no lock is held for long. */
  sweepBatch: 500,
} as const;

/** What goes first when more is due than can be done; smaller is sooner. Within a priority schools take turns. */
export const priorities = {
  /** It is of no use when it is late: a reminder that a lesson starts. */
  urgent: -10,
  /** Something has happened. */
  normal: 0,
  /** Many at once that nobody waits for: an announcement. */
  bulk: 10,
  /** A summary of what people may have seen already. */
  digest: 20,
} as const;

/** The rhythm of a worker, in seconds. A dead worker's items are due again after lease + sweep at the latest. */
export interface QueueTiming {
  /** How long an item is a worker's own without a heartbeat. */
  readonly leaseSeconds: number;
  /** How often leases are extended and the lost ones of others rescued. */
  readonly heartbeatSeconds: number;
  /** How long a handler may take before its attempt counts as failed. */
  readonly handlerTimeoutSeconds: number;
  /** How often finished items are cleaned away. */
  readonly cleanUpSeconds: number;
}

/** 20 + 5 s keeps the promise that a dead worker's items are rescued within 30 s. */
export const defaultTiming: QueueTiming = {
  leaseSeconds: 20,
  heartbeatSeconds: 5,
  handlerTimeoutSeconds: 60,
  cleanUpSeconds: 60,
};
