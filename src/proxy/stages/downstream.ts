import type { UpstreamFailure } from "../../core/upstream.ts";

/** What a stage hands on to the next one, and the last one to the client. In order; after end, cut or fail nothing follows. */
export interface Downstream {
  /** The status line may go out. */
  head(): void;
  bytes(bytes: Uint8Array): void;
  end(): void;
  cut(how: "fin" | "rst"): void;
  fail(failure: UpstreamFailure): void;
}
