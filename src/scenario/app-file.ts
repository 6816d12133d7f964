import type { AppFile, FrontDoor, Matcher } from "../core/app.ts";
import { InvalidFileError, type Problem } from "../core/errors.ts";
import { type AppFileShape, appSchema } from "./app-schema.ts";
import { readBodies } from "./bodies.ts";
import type { YamlFile } from "./document.ts";
import { type Environment, fillPlaceholders } from "./fill.ts";
import { reportIssues } from "./issues.ts";
import { openYaml } from "./load.ts";

export interface LoadAppOptions {
  /** Default `llm-chaos.yaml`. */
  path?: string;
  text?: string;
  env: Environment;
}

export interface LoadedApp {
  /** With every value filled in. Never stored. */
  app: AppFile;
  warnings: Problem[];
  /** Values from the environment and of headers that carry credentials, for the scrubber. */
  secrets: string[];
}

const DEFAULT_DEADLINE_MS = 30_000;

/** Reads and checks llm-chaos.yaml. Throws InvalidFileError with all problems, or UserError when there is no such file. */
export function loadApp({ path = "llm-chaos.yaml", text, env }: LoadAppOptions): LoadedApp {
  const document = openYaml({ path, ...(text !== undefined && { text }) });
  const { value, secrets } = fillPlaceholders(document, env);
  const schema = appSchema();
  const result = schema.safeParse(value ?? {});
  if (document.readable && !result.success) {
    reportIssues(result.error.issues, { document, value, schema });
  }
  const bodies = result.success ? bodiesOf(result.data, document) : [];
  if (!result.success || document.problems.hasErrors) throw new InvalidFileError(document.problems.list());
  warn(document, result.data);
  const app = buildApp(result.data, bodies);
  return { app, warnings: document.problems.list(), secrets: [...secrets, ...credentialsOf(app)] };
}

function bodiesOf({ app }: AppFileShape, document: YamlFile): readonly string[] {
  const { body, bodies } = app?.front_door ?? {};
  const at = (key: string) => document.places.keyAt(["app", "front_door", key]);
  if (body !== undefined && bodies !== undefined) {
    document.problems.add(at("bodies"), "front_door has both body and bodies", { hint: "keep one" });
  }
  if (bodies === undefined) return [body ?? ""];
  const read = readBodies(bodies, document.file);
  if (typeof read !== "string") return read;
  document.problems.add(document.places.valueAt(["app", "front_door", "bodies"]), read);
  return [];
}

function buildApp({ app = {}, upstream, budget, prices }: AppFileShape, bodies: readonly string[]): AppFile {
  return {
    start: app.start,
    url: app.url,
    ready: app.ready ?? "/",
    frontDoor: app.front_door === undefined ? undefined : buildFrontDoor(app.front_door, bodies),
    upstream: typeof upstream === "string" ? upstream : undefined,
    ...(typeof upstream === "object" && { upstreams: upstream }),
    ...(budget !== undefined && { budget: buildBudget(budget) }),
    ...(prices !== undefined && { prices: mapValues(prices, defined) }),
  };
}

function buildBudget({
  usd,
  tokens,
  requests,
  ...rest
}: NonNullable<AppFileShape["budget"]>): NonNullable<AppFile["budget"]> {
  return {
    ...defined({ usd, tokens, requests, over: rest.over, assumeMaxOutput: rest.assume_max_output }),
    ...(rest.per_minute !== undefined && { perMinute: defined(rest.per_minute) }),
  };
}

function mapValues<T, U>(map: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]));
}

type FrontDoorShape = NonNullable<NonNullable<AppFileShape["app"]>["front_door"]>;

function buildFrontDoor(door: FrontDoorShape, bodies: readonly string[]): FrontDoor {
  const { answer = {} } = door;
  return {
    path: door.path,
    method: door.method ?? "POST",
    headers: door.headers ?? {},
    bodies,
    answer: {
      stream: answer.stream ?? "json",
      doneWhen: buildMatcher(answer.done_when),
      incompleteWhen: buildMatcher(answer.incomplete_when),
      errorWhen: buildMatcher(answer.error_when),
    },
    shedWhen: buildMatcher(door.shed_when),
    fallbackWhen: buildMatcher(door.fallback_when),
    ...(door.canaries !== undefined && { canaries: door.canaries }),
    deadlineMs: door.deadline ?? DEFAULT_DEADLINE_MS,
  };
}

function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as never;
}

function buildMatcher(shape: FrontDoorShape["shed_when"]): Matcher | undefined {
  if (shape === undefined) return undefined;
  const { status, ...rest } = shape;
  const matcher: Matcher = defined(rest);
  if (status !== undefined) matcher.status = typeof status === "number" ? [status] : status;
  return matcher;
}

const CREDENTIAL_HEADER = /^(?:authorization|cookie|api-key|x-api-key|x-goog-api-key|proxy-authorization)$/i;

/** A literal key in a header is as secret as one from the environment. */
function credentialsOf({ frontDoor }: AppFile): string[] {
  return Object.entries(frontDoor?.headers ?? {}).flatMap(([name, value]) =>
    CREDENTIAL_HEADER.test(name) ? [value, value.replace(/^\S+\s+/, "")] : [],
  );
}

function warn(document: YamlFile, { app }: AppFileShape): void {
  const add = (path: string[], message: string, hint?: string) =>
    document.problems.add(document.places.keyAt(path), message, { hint, severity: "warning" });
  const door = app?.front_door;
  if (door?.answer?.done_when?.event !== undefined && door.answer.stream !== "sse") {
    add(
      ["app", "front_door", "answer", "done_when"],
      "an event can only come in a stream",
      "say answer: { stream: sse }",
    );
  }
  if (door !== undefined && app?.url === undefined) {
    add(["app"], "app.url is missing, so the front door can only be driven with --app URL");
  }
}
