import { createParser } from "eventsource-parser";
import type { FrontDoor, Matcher } from "../core/app.ts";
import type { EventBody } from "../core/event.ts";
import { createAnswerTexts } from "./answer-texts.ts";
import { type AnswerHead, type AnswerPart, compileMatcher, type MatcherWatch } from "./matchers.ts";
import { showsProviderText } from "./provider-text.ts";
import { createSecretWatch, type SecretWatch } from "./secret-watch.ts";

/** What is logged about an answer in place of the answer. */
export type AnswerFacts = Pick<
  EventBody<"front_door_ended">,
  "matched" | "text_tails" | "provider_text" | "secret_shown"
>;

/** Looks at one answer while it comes. */
export interface AnswerReader {
  head(head: AnswerHead): void;
  data(chunk: Uint8Array): void;
  /** Called once, when nothing more will come, however it ended. */
  facts(): AnswerFacts;
}

type MatcherName = keyof AnswerFacts["matched"];

/** Characters of an unstreamed body, of one event, and of all texts of a stream together that are looked at. */
export const INSPECTED_CHARACTERS = 1_048_576;

/** Compiles the app file's matchers once; throws a UserError when one cannot be read. */
export function compileAnswer(
  frontDoor: FrontDoor,
  hasher: (text: string) => string,
  secrets: Pick<SecretWatch, "shows"> = createSecretWatch(frontDoor.canaries ?? [], hasher),
): () => AnswerReader {
  const declared: Record<MatcherName, Matcher | undefined> = {
    shed: frontDoor.shedWhen,
    fallback: frontDoor.fallbackWhen,
    done: frontDoor.answer.doneWhen,
    incomplete: frontDoor.answer.incompleteWhen,
    error: frontDoor.answer.errorWhen,
  };
  const matchers = Object.entries(declared).flatMap(([name, matcher]) =>
    matcher === undefined ? [] : [[name as MatcherName, compileMatcher(matcher)] as const],
  );
  return () => {
    const watches = matchers.map(([name, watch]) => [name, watch()] as const);
    return createReader({ watches, hasher, secrets, declaredStream: frontDoor.answer.stream });
  };
}

interface ReaderOptions {
  watches: readonly (readonly [MatcherName, MatcherWatch])[];
  hasher: (text: string) => string;
  secrets: Pick<SecretWatch, "shows">;
  declaredStream: "json" | "sse";
}

function createReader({ watches, hasher, secrets, declaredStream }: ReaderOptions): AnswerReader {
  const texts = createAnswerTexts(INSPECTED_CHARACTERS);
  const decoder = new TextDecoder();
  let head: AnswerHead = { status: 0, headers: {} };
  let providerText = false;
  let secretShown = false;
  let source: TextSource | undefined;

  const see = (event: string | undefined, data: string) => {
    const part: AnswerPart = { event, data, json: parseJson(data) };
    texts.add(part);
    providerText ||= showsProviderText(data);
    secretShown ||= secrets.shows(data);
    for (const [, watch] of watches) watch.see(part);
  };

  return {
    head(received) {
      head = received;
      for (const value of Object.values(received.headers).flat())
        secretShown ||= value !== undefined && secrets.shows(value);
      source = isEventStream(received, declaredStream) ? eventSource(see) : bodySource((body) => see(undefined, body));
    },
    data(chunk) {
      if (source?.overflowed === false) source.feed(decoder.decode(chunk, { stream: true }));
    },
    facts() {
      source?.end();
      const partlyUnseen = texts.cut || source?.overflowed === true;
      const matched: AnswerFacts["matched"] = {};
      for (const [name, watch] of watches) {
        const verdict = watch.matched({ ...head, texts: texts.all(), partlyUnseen });
        if (verdict !== undefined) matched[name] = verdict;
      }
      for (const text of texts.all()) {
        providerText ||= showsProviderText(text);
        secretShown ||= secrets.shows(text);
      }
      // The end of a body that was too long was never seen: a tail of its middle would accuse the app wrongly.
      const textTails = source?.overflowed === true ? [] : texts.tails(hasher);
      const looked = secretShown || !partlyUnseen ? { secret_shown: secretShown } : {};
      return { matched, text_tails: textTails, provider_text: providerText, ...looked };
    },
  };
}

interface TextSource {
  feed(text: string): void;
  end(): void;
  /** The bound was met: nothing more is looked at. */
  readonly overflowed: boolean;
}

function eventSource(onEvent: (event: string | undefined, data: string) => void): TextSource {
  let overflowed = false;
  const parser = createParser({
    maxBufferSize: INSPECTED_CHARACTERS,
    onEvent: (event) => onEvent(event.event, event.data),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") overflowed = true;
    },
  });
  return {
    feed: (text) => parser.feed(text),
    // An event without its closing blank line is not one: browsers drop it too.
    end: () => {},
    get overflowed() {
      return overflowed;
    },
  };
}

function bodySource(onBody: (body: string) => void): TextSource {
  let body = "";
  return {
    feed: (text) => {
      body = (body + text).slice(0, INSPECTED_CHARACTERS + 1);
    },
    end: () => {
      if (body !== "") onBody(body);
    },
    get overflowed() {
      return body.length > INSPECTED_CHARACTERS;
    },
  };
}

/** The answer's own content type wins: an app that streams may well refuse with JSON. */
function isEventStream(head: AnswerHead, declared: "json" | "sse"): boolean {
  const type = String(head.headers["content-type"] ?? "").toLowerCase();
  if (type.startsWith("text/event-stream")) return true;
  return declared === "sse" && head.status < 400 && !type.includes("json") && !type.startsWith("text/html");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
