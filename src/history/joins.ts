import type { Attempt, Link, LogicalCall } from "../core/history.ts";
import { closedAtMs } from "../core/in-flight.ts";
import { findRepeatedTexts } from "./confidence.ts";
import { addCall, type FrontDraft } from "./front-draft.ts";
import { RetryFinder } from "./retries.ts";
import { SubstituteFinder } from "./substitutes.ts";

type Draft = { -readonly [K in keyof LogicalCall]: LogicalCall[K] } & { attempts: Attempt[]; links: Link[] };

/** Of the many calls of one attempt; never written to. */
const NO_LINKS: Link[] = [];

type DraftOf = (attempt: Attempt) => FrontDraft | undefined;

/**
 * Joins attempts to logical calls, and those to the front-door calls they were made for. One sweep over time: ends make an attempt
 * a candidate, heads look for one.
 * `attempts` in order of their heads; `draftOf` tells the front-door call an attempt was made for.
 */
export function foldLogicalCalls(attempts: readonly Attempt[], draftOf: DraftOf): LogicalCall[] {
  const { joinable, bodies, prompts } = findJoinable(attempts);
  const joiner = new Joiner({ joinable, bodies, prompts, draftOf });
  const ends = inOrderOfTheirEnds(joinable);
  let index = 0;
  let next = 0;
  for (const attempt of attempts) {
    if (attempt !== joinable[index]) {
      joiner.begin(attempt);
      continue;
    }
    for (let end = ends[next]; end !== undefined && end.closedMs <= attempt.headAtMs; end = ends[next]) {
      // Ended in the millisecond in which it began, and its turn as a head has not come.
      if (end.index >= index) break;
      next += 1;
      joiner.closed(end.attempt);
    }
    joiner.join(attempt);
    index += 1;
  }
  return joiner.calls;
}

interface Joinable {
  /** In order of their heads. The others are calls of their own, as nearly all are while nothing is wrong. */
  joinable: readonly Attempt[];
  /** Hashes that several have. */
  bodies: ReadonlySet<string>;
  prompts: ReadonlySet<string>;
}

/** Those that something may have come before or after: others have their body or their prompt, or they name themselves. */
function findJoinable(attempts: readonly Attempt[]): Joinable {
  const bodies = findRepeatedTexts(attempts, ({ received }) => received.body_hash);
  const prompts = findRepeatedTexts(attempts, ({ received }) => received.prompt_hash);
  const joinable = attempts.filter(
    ({ received: { joins, body_hash, prompt_hash } }) =>
      joins.identity !== undefined || prompts.has(prompt_hash) || bodies.has(body_hash),
  );
  return { joinable, bodies, prompts };
}

class Joiner {
  readonly calls: Draft[] = [];
  readonly #callOf = new Map<Attempt, Draft>();
  readonly #byIdentity = new Map<string, Draft>();
  readonly #retries: RetryFinder;
  readonly #substitutes: SubstituteFinder;
  readonly #draftOf: DraftOf;

  constructor({ joinable: attempts, bodies, prompts, draftOf }: Joinable & { draftOf: DraftOf }) {
    this.#draftOf = draftOf;
    const frontOf = (attempt: Attempt) => draftOf(attempt)?.id;
    this.#retries = new RetryFinder({ attempts, repeated: bodies, frontOf });
    const isSuperseded = (attempt: Attempt) => this.#isSuperseded(attempt);
    this.#substitutes = new SubstituteFinder({ attempts, repeated: prompts, frontOf, isSuperseded });
  }

  /** From now on others may be its retry or stand in for it. */
  closed(attempt: Attempt): void {
    const mayBeFollowed = !attempt.delivered;
    // A caller that sets an identity sets it on every attempt: an equal body alone does not join to it.
    if (attempt.received.joins.identity === undefined) this.#retries.closed(attempt, mayBeFollowed);
    if (mayBeFollowed) this.#substitutes.closed(attempt);
  }

  /** Most trusted first: identity, retry count, equal body; then another body for the same prompt. */
  join(attempt: Attempt): void {
    const { identity } = attempt.received.joins;
    if (identity === undefined) this.#joinByContent(attempt);
    else this.#joinByIdentity(attempt, identity);
  }

  #joinByContent(attempt: Attempt): void {
    const found = this.#findRetried(attempt);
    const before = found === undefined ? undefined : this.#callOf.get(found.predecessor);
    if (found !== undefined && before !== undefined) this.#append(before, attempt, found);
    else this.#startOrFollow(attempt);
    this.#retries.opened(attempt);
  }

  #findRetried(attempt: Attempt) {
    let found = this.#retries.find(attempt);
    while (found !== undefined && this.#isSuperseded(found.predecessor)) found = this.#retries.find(attempt);
    return found;
  }

  #joinByIdentity(attempt: Attempt, identity: string): void {
    const known = this.#byIdentity.get(identity);
    if (known === undefined) {
      this.#byIdentity.set(identity, this.#startOrFollow(attempt));
    } else if (sameModel(known.attempts[0], attempt)) {
      this.#append(known, attempt, { by: "identity", confidence: 1 });
    } else {
      this.#start(attempt).follows = { logical: known.id, kind: "fallback", confidence: 1 };
    }
  }

  #startOrFollow(attempt: Attempt): Draft {
    const found = this.#substitutes.find(attempt);
    const before = found === undefined ? undefined : this.#callOf.get(found.predecessor);
    if (found === undefined || before === undefined) return this.#start(attempt);
    if (found.kind === "retry") {
      this.#append(before, attempt, found);
      return before;
    }
    const call = this.#start(attempt);
    call.follows = { logical: before.id, kind: found.kind, confidence: found.confidence };
    return call;
  }

  #start(attempt: Attempt): Draft {
    const call = this.begin(attempt);
    this.#callOf.set(attempt, call);
    return call;
  }

  /** A new call, that nothing is known to have come before. */
  begin(attempt: Attempt): Draft {
    const id = `l${this.calls.length + 1}`;
    const front = this.#draftOf(attempt);
    const call: Draft = { id, attempts: [attempt], links: NO_LINKS, follows: undefined, front: front?.id };
    this.calls.push(call);
    if (front !== undefined) addCall(front, call);
    return call;
  }

  #append(call: Draft, attempt: Attempt, { by, confidence }: Pick<Link, "by" | "confidence">): void {
    const link = { from: call.attempts.at(-1)?.call ?? "", to: attempt.call, by, confidence };
    if (call.links === NO_LINKS) call.links = [link];
    else call.links.push(link);
    call.attempts.push(attempt);
    this.#callOf.set(attempt, call);
  }

  /** Another attempt of the same call came after it. */
  #isSuperseded(attempt: Attempt): boolean {
    return this.#callOf.get(attempt)?.attempts.at(-1) !== attempt;
  }
}

function sameModel(a: Attempt | undefined, b: Attempt): boolean {
  return a?.received.provider === b.received.provider && a.received.model === b.received.model;
}

interface End {
  attempt: Attempt;
  /** Among the heads. */
  index: number;
  closedMs: number;
}

function inOrderOfTheirEnds(attempts: readonly Attempt[]): End[] {
  const ends: End[] = [];
  for (const [index, attempt] of attempts.entries()) {
    const closedMs = closedAtMs(attempt);
    if (closedMs !== undefined) ends.push({ attempt, index, closedMs });
  }
  return ends.sort((a, b) => a.closedMs - b.closedMs);
}
