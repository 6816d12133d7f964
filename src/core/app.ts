import type { Caps } from "./spend.ts";

/** `llm-chaos.yaml` after loading. Lives in the session and the driver only; `AppFacts` is its public part. */
export interface AppFile {
  /** The command that starts the app, when the run has no `-- command`. */
  start: string | undefined;
  url: string | undefined;
  /** Path that answers below 500 when the app is ready. Default `/`. */
  ready: string;
  frontDoor: FrontDoor | undefined;
  upstream: string | undefined;
  /** Several, address by name, in their order. `upstream` is undefined then. */
  upstreams?: Readonly<Record<string, string>>;
  /** The most that a run may spend on a real upstream. */
  budget?: Caps & {
    perMinute?: Caps;
    over?: "refuse" | "stub";
    /** Tokens that a call without a maximum output reserves. */
    assumeMaxOutput?: number;
  };
  /** US dollars per million tokens, by model (exact or with `*`); they win over the bundled list. */
  prices?: Readonly<Record<string, { input: number; output: number; cached?: number }>>;
}

export interface FrontDoor {
  path: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  /** Taken in turn; `{{n}}` is the call's number, `{{call_id}}` its id. */
  bodies: readonly string[];
  answer: {
    stream: "json" | "sse";
    doneWhen: Matcher | undefined;
    incompleteWhen: Matcher | undefined;
    errorWhen: Matcher | undefined;
  };
  shedWhen: Matcher | undefined;
  fallbackWhen: Matcher | undefined;
  /** Texts that no answer may show, such as a line of the system prompt. */
  canaries?: readonly string[];
  /** Milliseconds. Default 30 s. */
  deadlineMs: number;
}

/** All given parts must match. */
export interface Matcher {
  status?: readonly number[];
  /** Name to pattern, `*` for any run of characters. */
  header?: Readonly<Record<string, string>>;
  /** A JSON path (`$.a.b[0]`) in the answer, or in the data of any SSE event; `equals` undefined: it is there and not null. */
  json?: { path: string; equals?: unknown };
  /** An SSE event with this name came. */
  event?: string;
  /** Pattern over the answer's text. */
  text?: string;
}
