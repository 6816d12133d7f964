import { type Decoder, decoderFor } from "../core/decoders.ts";
import { type HeaderList, headerValue } from "../core/exchange.ts";
import { type BodyReader, type ReplyBody, UpstreamFailure } from "../core/upstream.ts";

export type Encoding = { kind: "identity" } | { kind: "coded"; newDecoder: () => Decoder } | { kind: "unknown" };

/** How a reply's bytes are coded. Several codings on top of each other count as unknown. */
export function encodingOf(headers: HeaderList): Encoding {
  const name = headerValue(headers, "content-encoding")?.trim().toLowerCase() ?? "";
  if (name === "" || name === "identity") return { kind: "identity" };
  const newDecoder = decoderFor(name);
  return newDecoder === undefined ? { kind: "unknown" } : { kind: "coded", newDecoder };
}

/** The same body, decoded. Pausing works through: nothing piles up in the decoder. */
export function decodedBody(body: ReplyBody, decoder: Decoder): ReplyBody {
  return {
    start(reader) {
      const guarded = onceOver(reader);
      let trailers: HeaderList = [];
      decoder.on("data", (chunk: Buffer) => guarded.data(chunk));
      decoder.on("end", () => guarded.end(trailers));
      decoder.on("error", () => {
        guarded.fail(
          new UpstreamFailure("BAD_ENCODING", "body", "the reply's body does not match its Content-Encoding"),
        );
      });
      decoder.on("drain", () => body.resume());
      body.start({
        data(chunk) {
          if (!decoder.write(chunk)) body.pause();
        },
        end(found) {
          trailers = found;
          decoder.end();
        },
        fail(error) {
          decoder.flush(() => guarded.fail(error));
        },
      });
    },
    pause: () => void decoder.pause(),
    resume: () => void decoder.resume(),
  };
}

function onceOver(reader: BodyReader): BodyReader {
  let over = false;
  const last = (tell: () => void) => {
    if (!over) {
      over = true;
      tell();
    }
  };
  return {
    data: (chunk) => {
      if (!over) reader.data(chunk);
    },
    end: (trailers) => last(() => reader.end(trailers)),
    fail: (error) => last(() => reader.fail(error)),
  };
}
