import type { Observed } from "./cell.ts";
import type { CallResult } from "./matrix.ts";
import { controlOf, type Verdict } from "./verdict.ts";

/** What surprises, and why it matters. Who it concerns is never written here: it is read off the measurement. */
export interface Finding {
  title: string;
  text: string;
  /** The cells that show it, by trouble. */
  shows: Readonly<Record<string, (cell: Observed, verdict: Verdict, call: CallResult) => boolean>>;
}

const accepted = (_: Observed, { kind }: Verdict) => kind === "accepted";
const hangs = (_: Observed, { kind }: Verdict) => kind === "hangs";
const again = ({ requests }: Observed) => requests > 1;
const once = ({ requests, end }: Observed) => requests === 1 && end === "threw";
const requestsIn = (call: CallResult, trouble: string) => {
  const cell = call.cells[trouble];
  return cell === undefined || cell.skipped !== undefined ? 0 : cell.requests;
};
/** A backoff with chance in it may hit a second once, hardly twice and two seconds as well. */
const readsRetryAfter = (call: CallResult) => {
  const [refused, overloaded, dated] = ["429-1s", "overloaded-1s", "429-date"].map((id) => firstGapIn(call, id));
  return isASecond(refused) && isASecond(overloaded) && (dated ?? 0) > 1_900;
};
const isASecond = (ms: number | undefined) => ms !== undefined && ms > 990 && ms < 1_250;
const firstGapIn = ({ cells }: CallResult, trouble: string) => {
  const cell = cells[trouble];
  return cell === undefined || cell.skipped !== undefined ? undefined : cell.gapsMs[0];
};
const endIn = ({ cells }: CallResult, trouble: string) => {
  const cell = cells[trouble];
  return cell === undefined || cell.skipped !== undefined ? undefined : cell.end;
};
/** So soon that nothing was waited for: what is left is our own machine at work. */
const atOnce = ({ gapsMs }: Observed) => gapsMs.length > 0 && gapsMs.every((ms) => ms < 150);

const saysWhole = ({ end, returned }: Observed, { text }: Verdict, call: CallResult) => {
  const control = controlOf(call);
  const finish = control?.skipped === undefined ? control?.returned?.finish : undefined;
  return end === "returned" && text === "none" && finish !== undefined && returned?.finish === finish;
};

/** Errors of Node's fetch and of Python's httpx. */
const FOREIGN = new Set(["TypeError", "ReadError", "RemoteProtocolError"]);
const isForeign = ({ thrown }: Observed) => thrown !== undefined && FOREIGN.has(thrown.class);

export const FINDINGS: readonly Finding[] = [
  {
    title: "A truncated stream passes for a whole one",
    text: "The connection ended cleanly in the middle of the answer, and the call returned as if all were well. Nothing was thrown, so nothing is retried or logged. Check the finish reason of every stream; where it is missing, the answer is not whole.",
    shows: { truncate: accepted, "truncate-finish": accepted, "drop-finish": accepted },
  },
  {
    title: "A stalled stream outlives the time limit",
    text: "The client was given 500 ms and was still waiting when the watch ended: its limit covers the wait for the headers only. Put a limit of your own between the chunks of a stream.",
    shows: { stall: hangs },
  },
  {
    title: "Keep-alive pings defeat the time limit",
    text: "The same client notices a silent stall: its limit counts from the last byte, and a ping is a byte. A proxy or a provider that sends pings keeps the call alive for ever.",
    shows: { "stall-pings": (cell, verdict, call) => hangs(cell, verdict) && endIn(call, "stall") === "threw" },
  },
  {
    title: "Garbage collection takes the time limit away",
    text: "Undisturbed, this client keeps its limit. When memory is collected while it waits, which happens by itself in every busy app, the limit is lost and the call never ends. Nothing shows it but a call that hangs now and then.",
    shows: {
      "hang-garbage": (cell, verdict, call) => hangs(cell, verdict) && endIn(call, "hang") !== "hangs",
      "stall-garbage": (cell, verdict, call) => hangs(cell, verdict) && endIn(call, "stall") !== "hangs",
    },
  },
  {
    title: "A stalled body outlives the time limit",
    text: "The same without streaming: the headers came in time, half of the JSON came, and the call never ends.",
    shows: { "body-stall": hangs },
  },
  {
    title: "A failed answer is returned, not thrown",
    text: "The provider's error came inside a 200, and the call returned normally. The app has to look for the failed event, part or status by itself.",
    shows: {
      "error-first": accepted,
      "error-after": accepted,
      "error-flat-after": accepted,
      "error-nested-after": accepted,
      "error-failed-first": accepted,
      "error-failed-after": accepted,
    },
  },
  {
    title: "The same error is retried when it comes first, and only then",
    text: "An error event in front of the content is taken for a refusal and the request is sent again; the same event after the first token is final.",
    shows: {
      "error-first": again,
      "limit-first": again,
      "error-nested-first": again,
      "error-flat-first": again,
      "error-failed-first": again,
    },
  },
  {
    title: "Nothing, a page or JSON instead of a stream: an empty answer",
    text: "A gateway's 200 without a single event is a stream without chunks, and a loop over it just does not run.",
    shows: { empty: accepted, html: accepted, json: accepted, "json-error": accepted },
  },
  {
    title: "An empty answer that says it is whole",
    text: "Nothing of an answer came, and the finish reason is that of a complete one: here even a check of the finish reason does not help.",
    shows: { empty: saysWhole, html: saysWhole, json: saysWhole, "json-error": saysWhole },
  },
  {
    title: "A body that is no answer is returned as one",
    text: "The result is a string, or an object without the fields its type promises; the failure shows up later, somewhere else.",
    shows: { "body-html": accepted, "body-error": accepted, "body-empty": accepted },
  },
  {
    title: "A stream goes on behind an event that cannot be read",
    text: "One event in the middle was no JSON. The rest was delivered, and the text has a hole in it.",
    shows: { malformed: (_, { kind }) => kind === "accepted" || kind === "served" },
  },
  {
    title: "An open connection keeps a finished answer",
    text: "Everything was sent, the end marker too, but the connection stayed open: the call does not return, because it waits for the end of the body and not for the end of the answer.",
    shows: { "late-close": hangs },
  },
  {
    title: "A long Retry-After is slept through",
    text: "The client waits for as long as it is told, without a bound and without a word: to its caller it looks as if it hung. Give the call a deadline.",
    shows: { "429-90s": (_, { kind }) => kind === "sleeps" },
  },
  {
    title: "A Retry-After of 35 days is no wait at all",
    text: "The wait does not fit into a timer, which then fires at once: the longest wait a provider can ask for becomes a hammer.",
    shows: { "429-35d": atOnce },
  },
  {
    title: "Asked to wait for too long, it does not retry",
    text: "Above a bound of its own the client gives up at once, and the app gets the refusal: the best of the four answers to a long wait that this page shows.",
    shows: { "429-35d": (cell, _, call) => once(cell) && requestsIn(call, "429-1s") > 1 },
  },
  {
    title: "`Retry-After: 0` is obeyed to the letter",
    text: "All retries are spent within milliseconds of the first refusal.",
    shows: { "429-0": atOnce },
  },
  {
    title: "A 429 without a hint is final",
    text: "With a hint the same client would have tried again.",
    shows: { "429-silent": (cell, _, call) => once(cell) && requestsIn(call, "429-1s") > 1 },
  },
  {
    title: "A Retry-After above a minute is cut short or ignored",
    text: "A short wait is honoured, a long one is not: the client goes by a bound or a backoff of its own and spends its retries within seconds. Each of these requests is a wasted one, and some providers count them.",
    shows: { "429-90s": (cell, _, call) => again(cell) && readsRetryAfter(call) },
  },
  {
    title: "Retry-After is not read at all",
    text: "Retries go by the client's own clock, whatever the provider asks for.",
    shows: { "429-90s": (cell, _, call) => again(cell) && !readsRetryAfter(call) },
  },
  {
    title: "A spent quota is retried",
    text: "No retry can cure it; only a payment can.",
    shows: { quota: again },
  },
  {
    title: "`x-should-retry: false` is not obeyed",
    text: "It says that a retry is of no use. Clients made by the generator of the openai and anthropic packages obey it, the others do not know it.",
    shows: { "429-no-retry": again },
  },
  {
    title: "Overload is final where a 500 is retried",
    text: "The list of statuses that are worth a retry does not have this one.",
    shows: { overloaded: (cell, _, call) => once(cell) && requestsIn(call, "500") > 1 },
  },
  {
    title: "A reset connection is final where a 500 is retried",
    text: "Only answers are retried, not the lack of one.",
    shows: { reset: (cell, _, call) => once(cell) && requestsIn(call, "500") > 1 },
  },
  {
    title: "Nothing is retried",
    text: "Retries are off unless the app switches them on.",
    shows: { "429-1s": (cell, _, call) => once(cell) && requestsIn(call, "500") === 1 },
  },
  {
    title: "A cut connection is no API error",
    text: "What is thrown is an error of the runtime or of the HTTP library below, so a handler for the client's own error classes does not catch it. It is not retried.",
    shows: { fin: isForeign, rst: isForeign },
  },
];
