import { createRng } from "../../core/rng.ts";

/**
 * A made-up vector of length 1. It depends on the text and the model alone, so that a text is always found by itself,
 * whatever stood beside it in a request.
 */
export function vectorFor(
  identity: string,
  { model, dimensions }: { model: string; dimensions: number },
): Float32Array {
  const rng = createRng(`embedding/${model}/${dimensions}/${identity}`);
  const vector = Float32Array.from({ length: dimensions }, () => rng.next() - 0.5);
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
  return vector.map((value) => value / length);
}

/** Little-endian 32-bit floats in base64, which the official SDKs ask for when their caller says nothing. */
export function base64Of(vector: Float32Array): string {
  const view = new DataView(new ArrayBuffer(vector.length * 4));
  for (const [index, value] of vector.entries()) view.setFloat32(index * 4, value, true);
  return btoa(String.fromCharCode(...new Uint8Array(view.buffer)));
}
