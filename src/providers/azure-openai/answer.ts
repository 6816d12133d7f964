import type { ReplyContext } from "../../core/dialect.ts";
import type { HeaderList } from "../../core/exchange.ts";
import { httpDate } from "../shared/retry-hints.ts";

/** A refusal before it is bytes. */
export interface AzureAnswer {
  status: number;
  /** Those of the refusal itself; the general ones are added later. */
  headers: HeaderList;
  body: object;
}

/** A region that messages and headers agree in; which one is of no consequence. */
export const REGION = "Sweden Central";

/** Azure's own short envelope: a code, which is a string even when it is a number, and no type. */
export function codeAndMessage(code: string, message: string): object {
  return { error: { code, message } };
}

/**
 * On every reply (openai/openai-python#937, EvolvingPrograms/oaib#11). Left out on purpose: strict-transport-security would
 * outlive the run in a client's memory.
 */
export function generalHeaders(context: ReplyContext): string[] {
  return [
    "date",
    httpDate(context.wallMs),
    "apim-request-id",
    context.requestId,
    "x-request-id",
    context.requestId,
    "x-ms-region",
    REGION,
    "x-content-type-options",
    "nosniff",
  ];
}
