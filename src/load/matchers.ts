import { isDeepStrictEqual } from "node:util";
import type { Matcher } from "../core/app.ts";
import { matchesGlob } from "../core/text.ts";
import { compileJsonPath } from "./json-path.ts";

/** A readable piece of an answer: one server-sent event, or the whole body. */
export interface AnswerPart {
  /** The event's name; undefined for a body and for an event without a name. */
  event: string | undefined;
  data: string;
  /** The data as JSON; undefined when it is not JSON. */
  json: unknown;
}

export interface AnswerHead {
  /** 0 when no status line came. */
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What is known when the answer has ended. */
export interface AnswerEnd extends AnswerHead {
  /** Texts that were put together from several events. */
  texts: Iterable<string>;
  /** Some of the answer was too long to be looked at. */
  partlyUnseen: boolean;
}

/** One matcher watching one answer. */
export interface MatcherWatch {
  see(part: AnswerPart): void;
  /** Undefined: it did not match, but part of the answer was not looked at. */
  matched(end: AnswerEnd): boolean | undefined;
}

/** Throws a UserError when the matcher's JSON path cannot be read. The result is called once per answer. */
export function compileMatcher(matcher: Matcher): () => MatcherWatch {
  const { event, json, text } = matcher;
  const read = json === undefined ? undefined : compileJsonPath(json.path);
  const concernsParts = event !== undefined || read !== undefined;
  // An event name and a JSON path together mean one event: `event: done` with `$.ok` true, not two that happen to be near.
  const fits = (part: AnswerPart): boolean =>
    (event === undefined || part.event === event || (event === "message" && part.event === undefined)) &&
    (read === undefined || equalsWanted(read(part.json), json?.equals));

  return () => {
    let partSeen = !concernsParts;
    let textSeen = text === undefined;
    return {
      see(part) {
        partSeen ||= fits(part);
        textSeen ||= text !== undefined && matchesGlob(text, part.data);
      },
      matched(end) {
        if (!headMatches(matcher, end)) return false;
        for (const whole of end.texts) textSeen ||= text !== undefined && matchesGlob(text, whole);
        if (partSeen && textSeen) return true;
        return end.partlyUnseen ? undefined : false;
      },
    };
  };
}

function equalsWanted(value: unknown, wanted: unknown): boolean {
  return wanted === undefined ? value !== undefined && value !== null : isDeepStrictEqual(value, wanted);
}

function headMatches(matcher: Matcher, head: AnswerHead): boolean {
  if (head.status === 0) return false;
  if (matcher.status !== undefined && !matcher.status.includes(head.status)) return false;
  return Object.entries(matcher.header ?? {}).every(([name, pattern]) => {
    const value = head.headers[name.toLowerCase()];
    return (Array.isArray(value) ? value : [value]).some((one) => one !== undefined && matchesGlob(pattern, one));
  });
}
