import type { Dialect, LlmCall } from "../core/dialect.ts";
import type { EventBody, EventSink } from "../core/event.ts";
import type { HeaderList } from "../core/exchange.ts";
import type { Bill } from "../core/spend.ts";
import type { UpstreamFailure, UpstreamKind } from "../core/upstream.ts";
import { createObserver, type Observer, type ReplySummary } from "./observe/index.ts";

/** Whose bill it is. */
export interface Billed {
  id: string;
  dialect: Dialect;
  call: LlmCall;
  kind: UpstreamKind;
  sink: EventSink;
}

/** What one call costs: gathered while its upstream answers, settled and told when the call is over. */
export class CallBill {
  readonly #bill: Bill;
  readonly #billed: Billed;
  #status: number | undefined;
  #unsent = false;
  /** Of the upstream's reply, where faults change it on its way to the client. */
  #before: Observer | undefined;
  #complete = false;

  constructor(bill: Bill, billed: Billed) {
    this.#bill = bill;
    this.#billed = billed;
  }

  answered(status: number): void {
    this.#status = status;
  }

  failed({ stage, code }: UpstreamFailure): void {
    // Of an error inside this program nobody knows how far the call came.
    this.#unsent = stage === "connect" && code !== "INTERNAL";
  }

  /** Faults will change this reply: it is read before they do. */
  readsBefore({ status, headers }: { status: number; headers: HeaderList }): void {
    const { dialect, call } = this.#billed;
    this.#before = createObserver({ dialect, call, status, headers, onFirstContent() {}, onFinish() {} });
  }

  data(chunk: Uint8Array): void {
    this.#before?.data(chunk);
  }

  /** The upstream's reply came to its own end. */
  replyEnded(): void {
    this.#complete = true;
  }

  /** The call is over. `sent` is what the client saw. */
  settle(sent: ReplySummary): void {
    if (this.#before === undefined) this.#tell(sent);
    else this.#before.end(this.#complete, (summary) => this.#tell(summary));
  }

  #tell({ usage, finish, tokens }: ReplySummary): void {
    const cost = this.#bill.settle({
      status: this.#status,
      unsent: this.#unsent,
      // Some formats send a first usage with the first frame; without the finish it is not the last word.
      usage: finish ? usage : undefined,
      seenOutputTokens: tokens,
    });
    if (cost === undefined) return;
    const { inputTokens, outputTokens, usd, pricedAs, estimated, kept } = cost;
    const event: EventBody<"cost_settled"> = {
      type: "cost_settled",
      call: this.#billed.id,
      kind: this.#billed.kind,
      input_tokens: inputTokens,
      output_tokens: outputTokens,
      estimated,
    };
    if (usd !== undefined) event.usd = usd;
    if (pricedAs !== undefined) event.priced_as = pricedAs;
    if (kept !== undefined) event.kept = kept;
    this.#billed.sink.append(event);
  }
}
