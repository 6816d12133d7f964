import type { Attempt, Link } from "../core/history.ts";
import { confidenceOfEqualText, findReusedTexts, isTooLongAgo } from "./confidence.ts";
import { dueAtMs, WaitingList } from "./waiting-list.ts";

export interface FoundPredecessor {
  predecessor: Attempt;
  by: Link["by"];
  confidence: number;
}

/** Same caller, same endpoint, same body. */
function textKey({ received: { key_hash, method, path, body_hash } }: Attempt): string {
  return `${key_hash} ${method} ${path} ${body_hash}`;
}

/** The requests of one body by their retry count: those that failed and wait for their retry, those still open, those that delivered. */
interface Bucket {
  failed: Map<number, WaitingList>;
  open: Map<number, Set<Attempt>>;
  /** In order of their ends. */
  delivered: Map<number, Attempt[]>;
}

interface Options {
  /** In order of their heads. */
  attempts: readonly Attempt[];
  /** The bodies that several of them have. A request that is the only one with its own needs no bucket. */
  repeated: ReadonlySet<string>;
  frontOf: (attempt: Attempt) => string | undefined;
}

const countOf = (attempt: Attempt) => attempt.received.joins.retry_count ?? 0;

/**
 * Finds the attempt that a request repeats with an equal body. Only attempts that failed, were cut or abandoned are
 * candidates, each once, and only after they ended: parallel requests and requests after a success are calls of their own,
 * unless their retry count says otherwise.
 */
export class RetryFinder {
  readonly #buckets = new Map<string, Bucket>();
  /** Asked for three times in an attempt's life; making the key costs more than looking here. */
  readonly #bucketOf = new Map<Attempt, Bucket>();
  readonly #repeated: ReadonlySet<string>;
  readonly #reused: Set<string>;
  readonly #frontOf: (attempt: Attempt) => string | undefined;

  constructor({ attempts, repeated, frontOf }: Options) {
    this.#repeated = repeated;
    this.#reused = findReusedTexts(attempts, textKey);
    this.#frontOf = frontOf;
  }

  opened(attempt: Attempt): void {
    if (this.#isAlone(attempt)) return;
    const { open } = this.#bucket(attempt);
    const count = countOf(attempt);
    const set = open.get(count) ?? new Set();
    open.set(count, set.add(attempt));
  }

  closed(attempt: Attempt, mayBeRetried: boolean): void {
    if (this.#isAlone(attempt)) return;
    const { open, failed, delivered } = this.#bucket(attempt);
    const count = countOf(attempt);
    open.get(count)?.delete(attempt);
    if (!mayBeRetried) {
      const done = delivered.get(count) ?? [];
      delivered.set(count, done);
      done.push(attempt);
      return;
    }
    const list = failed.get(count) ?? new WaitingList();
    failed.set(count, list);
    list.add(attempt);
  }

  find(attempt: Attempt): FoundPredecessor | undefined {
    if (this.#isAlone(attempt)) return undefined;
    const bucket = this.#bucket(attempt);
    const front = this.#frontOf(attempt);
    if (front === undefined)
      for (const list of bucket.failed.values()) list.forget((failed) => isTooLongAgo(failed, attempt.headAtMs));
    return (
      (countOf(attempt) >= 1 ? findByCount(bucket, attempt) : undefined) ?? this.#findByBody(bucket, attempt, front)
    );
  }

  #findByBody(bucket: Bucket, attempt: Attempt, front: string | undefined): FoundPredecessor | undefined {
    // Counts restart (an app's own loop around an SDK), so any count can be followed by none.
    const lists = [...bucket.failed.values()].filter((list) => list.size > 0);
    const list = lists.sort((a, b) => dueOf(a.earliest) - dueOf(b.earliest))[0];
    if (list === undefined) return undefined;
    const pairing = pairingConfidence(list, attempt);
    const predecessor = list.take();
    if (predecessor === undefined) return undefined;
    const facts = { sameFront: front !== undefined, textIsReused: this.#reused.has(textKey(attempt)) };
    const confidence = Math.min(pairing, confidenceOfEqualText(predecessor, attempt, facts));
    return { predecessor, by: "body", confidence };
  }

  /** No other request has its body. */
  #isAlone({ received }: Attempt): boolean {
    return !this.#repeated.has(received.body_hash);
  }

  #bucket(attempt: Attempt): Bucket {
    const known = this.#bucketOf.get(attempt);
    if (known !== undefined) return known;
    // Requests of different front-door calls are never the same call, however equal.
    const key = `${textKey(attempt)} ${this.#frontOf(attempt) ?? ""}`;
    const bucket = this.#buckets.get(key) ?? { failed: new Map(), open: new Map(), delivered: new Map() };
    this.#buckets.set(key, bucket);
    this.#bucketOf.set(attempt, bucket);
    return bucket;
  }
}

const dueOf = (attempt: Attempt | undefined) => (attempt === undefined ? Number.POSITIVE_INFINITY : dueAtMs(attempt));

/** The caller says that it retries; which attempt it means is what has to be found. */
function findByCount(bucket: Bucket, attempt: Attempt): FoundPredecessor | undefined {
  const wanted = countOf(attempt) - 1;
  const exact = bucket.failed.get(wanted);
  if (exact !== undefined && exact.size > 0) {
    const confidence = pairingConfidence(exact, attempt);
    const predecessor = exact.take();
    if (predecessor !== undefined) return { predecessor, by: "retry_count", confidence };
  }
  // The attempt between may have died before it reached us.
  for (let count = wanted - 1; count >= 0; count--) {
    const predecessor = bucket.failed.get(count)?.take();
    if (predecessor !== undefined) return { predecessor, by: "retry_count", confidence: 0.9 };
  }
  // A gateway between may keep a request open that the client gave up.
  const stillOpen = bucket.open.get(wanted);
  const [open] = stillOpen ?? [];
  stillOpen?.delete(open ?? attempt);
  const predecessor = open ?? lastDelivered(bucket, wanted, attempt);
  return predecessor === undefined ? undefined : { predecessor, by: "retry_count", confidence: 0.75 };
}

/** A client that took a delivered answer for lost asks again; or the attempt that failed died before it reached us. */
function lastDelivered({ delivered }: Bucket, count: number, attempt: Attempt): Attempt | undefined {
  const last = delivered.get(count)?.pop();
  return last === undefined || isTooLongAgo(last, attempt.headAtMs) ? undefined : last;
}

/** Which of several waiting attempts is meant matters only when some were due by now and others were not. */
function pairingConfidence(list: WaitingList, attempt: Attempt): number {
  const dueBy = attempt.headAtMs;
  return list.size > 1 && dueOf(list.earliest) <= dueBy && dueOf(list.latest) > dueBy ? 0.8 : 0.98;
}
