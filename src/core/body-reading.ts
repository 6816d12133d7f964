import type { Dialect } from "./dialect.ts";
import type { Usage } from "./limits.ts";

/** What a streamed body said from its first byte to a clean end with a finish. */
export interface BodyReading {
  /** By whom it was read. */
  dialect: Dialect;
  events: number;
  /** Estimated frame by frame. */
  estimatedTokens: number;
  /** As its usage tells, where it has one. */
  tokens: number;
  usage: Usage | undefined;
  errorInStream: boolean;
  /** In order: `content` for the first of it, a finish as the dialect names it. */
  told: readonly ({ content: true } | { finish: string })[];
}

/** A place beside bytes that are sent again and again, where their first reader leaves what it found. */
export interface KeptReading {
  whole: BodyReading | undefined;
}
