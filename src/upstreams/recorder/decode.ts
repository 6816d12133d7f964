import {
  type BrotliDecompress,
  createBrotliDecompress,
  createInflate,
  createUnzip,
  createZstdDecompress,
  type Inflate,
  type Unzip,
  type ZstdDecompress,
} from "node:zlib";

type Decoder = BrotliDecompress | Inflate | Unzip | ZstdDecompress;

const DECODERS: Readonly<Record<string, () => Decoder>> = {
  gzip: createUnzip,
  "x-gzip": createUnzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** A cassette holds no coded bytes: no secret could be found in them. Undefined: nobody here can take this coding off. */
export function decoderFor(coding: string): (() => Decoder) | undefined {
  return Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined;
}

/** What each chunk adds to the decoded text, one for one; what comes out later belongs to the last. Rejects for bytes that are not so coded. */
export async function decodeChunks(chunks: readonly Uint8Array[], decoder: Decoder): Promise<Uint8Array[]> {
  let out: Buffer[] = [];
  const take = () => {
    const taken = Buffer.concat(out);
    out = [];
    return taken;
  };
  const failed = new Promise<never>((_, reject) => decoder.on("error", reject));
  failed.catch(() => undefined);
  decoder.on("data", (part: Buffer) => out.push(part));
  const decoded: Uint8Array[] = [];
  for (const chunk of chunks) {
    await Promise.race([failed, new Promise<void>((resolve) => decoder.write(chunk, () => resolve()))]);
    await Promise.race([failed, new Promise<void>((resolve) => decoder.flush(() => resolve()))]);
    decoded.push(take());
  }
  decoder.destroy();
  return decoded;
}
