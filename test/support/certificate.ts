import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export const hasOpenssl = (() => {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

/** A self-signed certificate for 127.0.0.1 and localhost, in a folder that goes with the test. */
export function makeCertificate({ days = 1 }: { days?: number } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-tls-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const certPath = join(folder, "cert.pem");
  const keyPath = join(folder, "key.pem");
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const out = ["-keyout", keyPath, "-out", certPath, "-days", String(days)];
  execFileSync("openssl", ["req", "-x509", ...curve, ...out, ...names], { stdio: "ignore" });
  return { folder, certPath, keyPath, cert: readFileSync(certPath, "utf8"), key: readFileSync(keyPath, "utf8") };
}
