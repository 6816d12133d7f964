import type { HeaderList } from "../../core/exchange.ts";

/** A refusal in OpenAI's envelope, before it is bytes. Shared by every format that OpenAI's platform speaks. */
export interface OpenAiError {
  status: number;
  /** Those of the error itself; the general ones are added later. */
  headers: HeaderList;
  error: { message: string; type: string; param: string | null; code: string | null };
}
