import type { Decoder } from "../../core/decoders.ts";

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
