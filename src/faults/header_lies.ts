import { z } from "zod";
import type { Fault } from "../core/fault.ts";
import { glob } from "../core/schema.ts";
import { matchesGlob } from "../core/text.ts";

/** They say how the body is to be read. What lies about that has a fault of its own (html_reply, json_for_stream, disconnect). */
const OF_THE_BODY = [
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "keep-alive",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e]*$/;
const isOfTheBody = (pattern: string) => OF_THE_BODY.some((name) => matchesGlob(pattern.toLowerCase(), name));
const ofTheBody = "headers that say how the body is to be read stay true";

const params = z
  .strictObject({
    set: z
      .record(
        z.string().regex(NAME, "not a header's name"),
        z.union([z.string().regex(VALUE, "a header's value is one line of ASCII"), z.number()]),
      )
      .refine((set) => !Object.keys(set).some(isOfTheBody), ofTheBody)
      .default({})
      .meta({ description: "Headers with the values they shall have, instead of the provider's or beside them" }),
    drop: z
      .array(glob())
      .refine((names) => !names.some(isOfTheBody), ofTheBody)
      .default([])
      .meta({ description: "Headers that go, by name or with *: x-ratelimit-*" }),
  })
  .refine(({ set, drop }) => Object.keys(set).length + drop.length > 0, "give set or drop, or both");

/** Seen in production: -1 (openai/openai-dotnet#838), a limit's headers missing on its own 429 (openai/openai-node#1477). */
export const headerLies: Fault<z.output<typeof params>> = {
  name: "header_lies",
  summary: "Headers of the provider's reply are missing, or say something else: remaining -1, a stale reset",
  looks: "rate limit headers that are wrong",
  acts: "head",
  final: false,
  params,
  plan: ({ set, drop }) => [
    { do: "rewrite-head", drop, set: Object.entries(set).flatMap(([name, value]) => [name, String(value)]) },
  ],
  explain: ({ set, drop }) =>
    [
      ...(drop.length === 0 ? [] : [`without ${drop.join(", ")}`]),
      ...Object.entries(set).map(([name, value]) => `${name}: ${value}`),
    ].reduce((words, word, i) => `${words}${i === 0 ? " " : ", "}${word}`, "the reply's headers are changed:"),
};
