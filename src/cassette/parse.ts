import { UserError } from "../core/errors.ts";
import {
  CASSETTE_VERSION,
  type CassetteHeader,
  exchangeSchema,
  headerSchema,
  type RecordedExchange,
} from "./format.ts";
import type { FileLine } from "./lines.ts";

/** The header. Throws a UserError for a file that is no cassette, and for one that a newer version wrote. */
export function parseHeader(line: Pick<FileLine, "text"> | undefined, file: string): CassetteHeader {
  const value = jsonOf(line?.text);
  const version = isRecord(value) ? value["llm_chaos_cassette"] : undefined;
  if (typeof version !== "number") {
    throw new UserError(`${file} is no cassette: its first line is not the header of one`, {
      hint: "a cassette is what --record writes",
    });
  }
  if (version > CASSETTE_VERSION) {
    throw new UserError(
      `${file} was written by a newer llm-chaos: its format has version ${version}, this one reads up to ${CASSETTE_VERSION}`,
      { hint: "update llm-chaos" },
    );
  }
  const checked = headerSchema.safeParse(value);
  if (checked.success) return checked.data;
  throw new UserError(`${file}:1: the header of the cassette is not valid: ${firstIssue(checked.error)}`);
}

/** The exchange, or what is wrong with the line. It is the object as it was read: unknown fields are kept. */
export function parseExchange(text: string | undefined): RecordedExchange | string {
  if (text === undefined) return "the line is too long for an exchange";
  const value = jsonOf(text);
  if (value === undefined) return "not JSON";
  const checked = exchangeSchema.safeParse(value);
  if (checked.success) return value as RecordedExchange;
  return `not an exchange: ${firstIssue(checked.error)}`;
}

/** A line that was checked whole when its index was made; enough to see that the file is still the same. Throws an Error when it is not. */
export function parseIndexed(text: string): RecordedExchange {
  const value = jsonOf(text);
  if (isRecord(value) && isRecord(value["request"]) && isRecord(value["end"])) return value as RecordedExchange;
  throw new Error("where an exchange was, there is none");
}

interface Issues {
  issues: readonly { path: readonly PropertyKey[]; message: string }[];
}

/** No received value is told: it may be anything. */
function firstIssue({ issues: [issue] }: Issues): string {
  const path = issue?.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("") ?? "";
  return `$${path}: ${issue?.message ?? "not valid"}`;
}

function jsonOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
