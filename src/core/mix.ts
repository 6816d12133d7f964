/** What tells one attempt from another for a mix. */
export interface MixedAttempt {
  /** Of Idempotency-Key and the like, where the client sends one: equal for all attempts of one call. */
  identity: string | undefined;
  /** As the client counts; 0 or undefined for a first attempt. */
  retryCount: number | undefined;
  /** Equal for equal requests, in every run. */
  content: string;
}

export interface Placement {
  live: boolean;
  /** The attempt is over; one that delivered nothing whole may be made again. */
  ended(delivered: boolean): void;
}

/** Sends a share of the logical calls to the live upstream, and each retry where its first attempt went. */
export interface Mix {
  place(attempt: MixedAttempt): Placement;
}
