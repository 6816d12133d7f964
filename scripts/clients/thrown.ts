/** What an app can branch on when a client throws. */
export interface Thrown {
  class: string;
  status?: number;
  /** `code`, else `type`: the provider's word for it. */
  code?: string;
  message: string;
  /** The class of `cause`, and its code: where a network failure says what it was. */
  cause?: string;
}

/** What another process saw thrown. */
export class ReportedError extends Error {
  readonly facts: Thrown;

  constructor(facts: Thrown) {
    super(facts.message);
    this.name = "ReportedError";
    this.facts = facts;
  }
}

const LONGEST_MESSAGE = 160;

export function thrownFacts(error: unknown): Thrown {
  if (!(error instanceof Error))
    return { class: `not an Error: ${typeof error}`, message: short(JSON.stringify(error) ?? "") };
  if (error instanceof ReportedError) return { ...error.facts, message: short(error.facts.message) };
  const status = firstNumber(error, ["status", "statusCode"]) ?? awsStatus(error);
  const code = field(error, "code") ?? field(error, "type");
  const cause = causeOf(error);
  return {
    class: classOf(error),
    ...(status !== undefined && { status }),
    ...(typeof code === "string" && { code }),
    message: short(error.message),
    ...(cause !== undefined && { cause }),
  };
}

/** Some packages set `name`, others only have the class, and one sets it to what a field of the answer says, be it null. */
function classOf(error: Error): string {
  const { name } = error.constructor;
  const given: unknown = error.name;
  if (typeof given !== "string" || given === "" || given === "Error") return name;
  return name.startsWith(given) ? name : given;
}

function causeOf(error: Error): string | undefined {
  const { cause } = error;
  if (!(cause instanceof Error)) return undefined;
  const code = field(cause, "code") ?? (cause.cause instanceof Error ? field(cause.cause, "code") : undefined);
  return typeof code === "string" ? code : classOf(cause);
}

function firstNumber(error: Error, names: readonly string[]): number | undefined {
  return names.map((name) => field(error, name)).find((value) => typeof value === "number");
}

/** The AWS clients keep it apart. */
function awsStatus(error: Error): number | undefined {
  const metadata = field(error, "$metadata");
  if (typeof metadata !== "object" || metadata === null) return undefined;
  const status = field(metadata, "httpStatusCode");
  return typeof status === "number" ? status : undefined;
}

function field(of: object, name: string): unknown {
  return (of as Record<string, unknown>)[name];
}

/** One line; ports and ids differ from run to run. */
function short(text: string): string {
  const line = text
    .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1")
    .replaceAll(/\b(org|req)([-_])[0-9a-f]+/g, "$1$2…")
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length <= LONGEST_MESSAGE ? line : `${line.slice(0, LONGEST_MESSAGE)}…`;
}
