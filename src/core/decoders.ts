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

/** Takes one content coding off a body. */
export type Decoder = BrotliDecompress | Inflate | Unzip | ZstdDecompress;

const DECODERS: Readonly<Record<string, () => Decoder>> = {
  gzip: createUnzip,
  "x-gzip": createUnzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** Undefined: nobody here can take this coding off. `name` in lower case. */
export function decoderFor(name: string): (() => Decoder) | undefined {
  return Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
}
