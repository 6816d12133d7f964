import type { UpstreamReply } from "../../core/upstream.ts";
import { answerBadHead } from "../answer.ts";
import type { Exchange } from "../exchange.ts";
import type { Downstream } from "./downstream.ts";

/** The end of the stages: the client. */
export function createOutlet(
  exchange: Exchange,
  reply: Pick<UpstreamReply, "status" | "statusText" | "headers">,
  onSlow: (slow: boolean) => void,
): Downstream {
  const { client } = exchange;
  let slow = false;
  return {
    head() {
      if (client.over) return;
      try {
        exchange.head(reply.status, reply.statusText, reply.headers);
        client.flushHead();
      } catch {
        answerBadHead(exchange);
      }
    },
    bytes(bytes) {
      if (client.send(bytes) || slow) return;
      slow = true;
      onSlow(true);
      client.onDrain(() => {
        slow = false;
        onSlow(false);
      });
    },
    end: () => client.end(),
    cut: (how) => client.cut(how),
    fail: () => client.cut("fin"),
  };
}
