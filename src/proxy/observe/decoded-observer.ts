import type { Decoder } from "../decode.ts";
import type { Observer } from "./observer.ts";

/** More undecoded bytes than this are not kept waiting for the decoder: observation stops, the relay goes on. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/** Observes through a decoded copy, off the relay's path. */
export function createDecodedObserver(inner: Observer, decoder: Decoder): Observer {
  let broken = false;
  decoder.on("data", (chunk: Buffer) => inner.data(chunk));
  decoder.on("error", () => {
    broken = true;
  });
  return {
    get events() {
      return inner.events;
    },
    get tokens() {
      return inner.tokens;
    },
    data(chunk) {
      if (broken) return;
      if (decoder.writableLength > MAX_WAITING_BYTES) {
        broken = true;
        decoder.destroy();
      } else decoder.write(chunk);
    },
    end(complete, done) {
      // "close" comes after the last byte as well as after an error, and after a cut in the middle of the coded body.
      if (broken && decoder.closed) {
        inner.end(complete, done);
        return;
      }
      decoder.once("close", () => inner.end(complete, done));
      if (!broken) decoder.end();
    },
  };
}
