import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 20_000,
    // Sockets, child processes and workers are real in many files; two at a time keeps a small machine honest.
    maxWorkers: 2,
    reporters: ["default"],
  },
});
