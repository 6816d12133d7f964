import type { Attempt, Link, LogicalCall } from "../core/history.ts";
import { closedAtMs } from "../core/in-flight.ts";
import { RetryFinder } from "./retries.ts";
import { SubstituteFinder } from "./substitutes.ts";

type Draft = { -readonly [K in keyof LogicalCall]: LogicalCall[K] } & { attempts: Attempt[]; links: Link[] };

/** Of the many calls of one attempt; never written to. */
const NO_LINKS: Link[] = [];

/**
 * Joins attempts to logical calls. One sweep over time: ends make an attempt a candidate, heads look for one.
 * `attempts` in order of their heads; `frontOf` tells the front-door call an attempt was made for.
 */
export function foldLogicalCalls(
  attempts: readonly Attempt[],
  frontOf: (attempt: Attempt) => string | undefined,
): LogicalCall[] {
  const joiner = new Joiner(attempts, frontOf);
  const ends = inOrderOfTheirEnds(attempts, joiner);
  let next = 0;
  for (const [index, attempt] of attempts.entries()) {
    for (let end = ends[next]; end !== undefined && end.closedMs <= attempt.headAtMs; end = ends[next]) {
      // Ended in the millisecond in which it began, and its turn as a head has not come.
      if (end.index >= index) break;
      next += 1;
      joiner.closed(end.attempt);
    }
    joiner.join(attempt);
  }
  return joiner.calls;
}

class Joiner {
  readonly calls: Draft[] = [];
  readonly #callOf = new Map<Attempt, Draft>();
  readonly #byIdentity = new Map<string, Draft>();
  readonly #retries: RetryFinder;
  readonly #substitutes: SubstituteFinder;
  readonly #frontOf: (attempt: Attempt) => string | undefined;

  constructor(attempts: readonly Attempt[], frontOf: (attempt: Attempt) => string | undefined) {
    this.#frontOf = frontOf;
    this.#retries = new RetryFinder(attempts, frontOf);
    const isSuperseded = (attempt: Attempt) => this.#isSuperseded(attempt);
    this.#substitutes = new SubstituteFinder({ attempts, frontOf, isSuperseded });
  }

  /** Nothing can have come before it nor come after it: it is a call of its own, as nearly all are while nothing is wrong. */
  isAlone(attempt: Attempt): boolean {
    const { identity } = attempt.received.joins;
    return identity === undefined && this.#retries.isAlone(attempt) && this.#substitutes.isAlone(attempt);
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
    if (this.isAlone(attempt)) this.#begin(attempt);
    else if (identity === undefined) this.#joinByContent(attempt);
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
    const call = this.#begin(attempt);
    this.#callOf.set(attempt, call);
    return call;
  }

  #begin(attempt: Attempt): Draft {
    const id = `l${this.calls.length + 1}`;
    const front = this.#frontOf(attempt);
    const call: Draft = { id, attempts: [attempt], links: NO_LINKS, follows: undefined, front };
    this.calls.push(call);
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

/** Of those that somebody may follow. */
function inOrderOfTheirEnds(attempts: readonly Attempt[], joiner: Joiner): End[] {
  const ends: End[] = [];
  for (const [index, attempt] of attempts.entries()) {
    const closedMs = joiner.isAlone(attempt) ? undefined : closedAtMs(attempt);
    if (closedMs !== undefined) ends.push({ attempt, index, closedMs });
  }
  return ends.sort((a, b) => a.closedMs - b.closedMs);
}
