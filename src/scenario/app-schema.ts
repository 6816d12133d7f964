import { z } from "zod";
import { count, duration, glob, money } from "../core/schema.ts";
import { flawOfUpstreamName } from "../core/upstream-name.ts";

const statusCode = z.int().min(100).max(599);

/** How an answer is recognised. All given parts must match. */
const matcher = (description: string) =>
  z
    .strictObject({
      status: z
        .union([statusCode, z.array(statusCode).min(1)])
        .optional()
        .meta({ description: "A status, or a list of them" }),
      header: z
        .record(z.string(), glob())
        .optional()
        .meta({ description: "Header name to pattern, * for any run of characters" }),
      json: z
        .strictObject({
          path: z
            .string()
            .regex(/^\$(?:\.[A-Za-z_][\w-]*|\[\d+\])*$/, "a JSON path such as $.choices[0].text")
            .meta({ description: "A JSON path: $.a.b[0]" }),
          equals: z.unknown().optional().meta({ description: "The value there. Without it: it is there and not null" }),
        })
        .optional()
        .meta({ description: "In the answer, or in the data of any SSE event" }),
      event: z.string().optional().meta({ description: "An SSE event of this name came" }),
      text: glob().optional().meta({ description: "Pattern over the answer's text" }),
    })
    .refine((parts) => Object.keys(parts).length > 0, "give at least one of status, header, json, event, text")
    .optional()
    .meta({ description });

const answer = () =>
  z
    .strictObject({
      stream: z.enum(["json", "sse"]).optional().meta({ description: "Default json" }),
      done_when: matcher("How a complete answer looks. Default: a finished 2xx body"),
      incomplete_when: matcher("How the app says itself that an answer is not whole"),
      error_when: matcher("How the app says inside a 2xx that it failed"),
    })
    .optional()
    .meta({ description: "How the app answers" });

const SHORTEST_CANARY = 8;

const frontDoor = () =>
  z.strictObject({
    path: z
      .string()
      .startsWith("/", "a path begins with /")
      .meta({ description: "Path of the request that the driver sends" }),
    method: z.enum(["GET", "POST", "PUT", "PATCH"]).optional().meta({ description: "Default POST" }),
    headers: z
      .record(z.string(), z.string())
      .optional()
      .meta({ description: "Request headers. A secret is written as a placeholder" }),
    body: z
      .string()
      .optional()
      .meta({ description: "The request body; {{n}} is the call's number, {{call_id}} its id" }),
    bodies: z.string().optional().meta({ description: "A file beside this one with one body per line, taken in turn" }),
    answer: answer(),
    shed_when: matcher("How it looks when the app refuses a call to protect itself"),
    fallback_when: matcher("How it looks when the app answered by its fallback"),
    canaries: z
      .array(
        z
          .string()
          .refine(
            (text) => text.length >= SHORTEST_CANARY,
            `under ${SHORTEST_CANARY} characters, it stands in answers by chance`,
          ),
      )
      .optional()
      .meta({ description: "Texts that no answer may show, such as a line of the system prompt (for no_leak)" }),
    deadline: duration()
      .refine((ms) => ms > 0, "a deadline of 0 s hangs every call")
      .optional()
      .meta({ description: "A call that has not ended by then is hung. Default 30s" }),
  });

const caps = () => ({
  usd: money()
    .refine((dollars) => dollars > 0, NOT_ZERO)
    .optional()
    .meta({ description: "Dollars: 2 or $0.50" }),
  tokens: cap("Input and output together"),
  requests: cap("Calls sent to a real upstream"),
});

const NOT_ZERO = "must be above 0; without a real upstream (upstream: stub) nothing is spent";

const cap = (description: string) =>
  count()
    .refine((value) => value > 0, NOT_ZERO)
    .optional()
    .meta({ description });

const budget = () =>
  z
    .strictObject({
      ...caps(),
      per_minute: z
        .strictObject(caps())
        .optional()
        .meta({ description: "The same, of calls that begin within any 60 seconds" }),
      over: z
        .enum(["refuse", "stub"])
        .optional()
        .meta({ description: "What becomes of a call beyond it. Default refuse: a 403, and the run ends" }),
      assume_max_output: count()
        .optional()
        .meta({ description: "Tokens that a call without a maximum output reserves. Default 4096" }),
    })
    .meta({ description: "The most that a run may spend on a real upstream; flags win over it" });

const prices = () =>
  z
    .record(
      z.string().min(1),
      z.strictObject({
        input: money(),
        output: money(),
        cached: money().optional().meta({ description: "Input from the provider's cache. Default: as input" }),
      }),
    )
    .meta({
      description: "Dollars per million tokens, by model, exact or with *; they win over the bundled price list",
    });

/** llm-chaos.yaml as users write it. */
export const appSchema = () =>
  z.strictObject({
    app: z
      .strictObject({
        start: z
          .string()
          .min(1)
          .optional()
          .meta({ description: "The command that starts the app, used when `run` has none" }),
        url: httpUrl().optional().meta({ description: "Where the app listens; --app wins" }),
        ready: z
          .string()
          .startsWith("/", "a path begins with /")
          .optional()
          .meta({ description: "Path that answers below 500 when the app is ready. Default /" }),
        front_door: frontDoor().optional().meta({ description: "The request that stands for a user's request" }),
      })
      .optional(),
    upstream: z
      .union([
        upstream(),
        z.record(z.string().superRefine(checkUpstreamName), upstream()).meta({
          description: "Several, by name: calls go to their provider's, and /<name>/… addresses one",
        }),
      ])
      .optional()
      .meta({
        description:
          "Where calls go: a URL, stub, stub:profile.yaml or replay:cassette.jsonl; or several by name, { openai: https://… }",
      }),
    budget: budget().optional(),
    prices: prices().optional(),
  });

export type AppFileShape = z.output<ReturnType<typeof appSchema>>;

function httpUrl() {
  return z.string().refine(isHttpUrl, "not an http URL; for example http://127.0.0.1:3000");
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function upstream() {
  return z
    .string()
    .refine(isUpstream, "an upstream is an http(s) URL, stub, stub:profile.yaml or replay:cassette.jsonl");
}

function checkUpstreamName(name: string, context: z.core.$RefinementCtx): void {
  const message = flawOfUpstreamName(name);
  if (message !== undefined) context.addIssue({ code: "custom", message });
}

function isUpstream(text: string): boolean {
  return text === "stub" || /^(?:stub|replay):./.test(text) || isHttpUrl(text);
}
