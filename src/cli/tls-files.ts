import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { UserError } from "../core/errors.ts";
import type { TlsFiles } from "../run/options.ts";

/**
 * The certificate and key of `--tls-cert` and `--tls-key`, checked before anything listens. Throws a UserError naming the flag;
 * nothing of the key is ever in it. `warn` gets what a client would stumble over.
 */
export function readTls(
  flags: { tlsCert?: string; tlsKey?: string },
  { host, nowMs, warn }: { host: string; nowMs: number; warn(text: string): void },
): TlsFiles | undefined {
  const { tlsCert, tlsKey } = flags;
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined) throw new UserError("--tls-key needs --tls-cert beside it");
  if (tlsKey === undefined) throw new UserError("--tls-cert needs --tls-key beside it");
  const cert = read("--tls-cert", tlsCert);
  const key = read("--tls-key", tlsKey);
  const certificate = parse("--tls-cert", tlsCert, () => new X509Certificate(cert));
  const privateKey: KeyObject = parse("--tls-key", tlsKey, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new UserError(`the key of --tls-key ${tlsKey} does not belong to the certificate of --tls-cert ${tlsCert}`);
  }
  if (Date.parse(certificate.validTo) < nowMs) {
    throw new UserError(`the certificate of --tls-cert ${tlsCert} expired at ${certificate.validTo}`);
  }
  if (!covers(certificate, host)) {
    warn(
      `warning: the certificate of --tls-cert ${tlsCert} is not for ${host}: clients that call it so will refuse it`,
    );
  }
  return { cert, key, certPath: tlsCert };
}

/** An address that stands for all of them is nobody's name. */
function covers(certificate: X509Certificate, host: string): boolean {
  if (host === "0.0.0.0" || host === "::") return true;
  return (isIP(host) > 0 ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined;
}

function read(flag: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unreadable";
    throw new UserError(`${flag} ${path} cannot be read (${code})`, { cause: error });
  }
}

function parse<T>(flag: string, path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    // What OpenSSL says of a key may quote it; a passphrase is asked of nobody.
    throw new UserError(`${flag} ${path} is not in PEM, or is protected by a passphrase`, {
      hint: "a certificate begins with -----BEGIN CERTIFICATE-----, a key with -----BEGIN PRIVATE KEY-----",
      cause: error,
    });
  }
}
