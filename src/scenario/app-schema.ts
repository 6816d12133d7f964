import { z } from "zod";
import { duration, glob } from "../core/schema.ts";
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

/** `$0.50` or 0.5. Output: dollars. */
const money = () =>
  z
    .union([z.number().positive(), z.string()])
    .meta({ description: "Dollars: 2 or $0.50" })
    .transform((value, context) => {
      const dollars = typeof value === "number" ? value : Number(/^\$?(\d+(?:\.\d+)?)$/.exec(value.trim())?.[1]);
      if (dollars > 0) return dollars;
      context.addIssue({ code: "custom", message: `"${value}" is not an amount of money; write $0.50` });
      return z.NEVER;
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
    budget: z
      .strictObject({
        usd: money().optional(),
        tokens: z.int().positive().optional(),
        requests: z.int().positive().optional(),
      })
      .optional()
      .meta({ description: "The most that a run may spend on a real upstream" }),
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
