import { configDefaults, defineConfig } from "vitest/config";

/** Whole runs in which milliseconds count: they come last and one at a time, so that no neighbour is taken for the app's slowness. */
const ALONE = ["test/e2e/run-ramp.test.ts", "test/incidents/*.test.ts"];

export default defineConfig({
  test: {
    // Against hanging, not against slowness: a busy machine takes ten times as long.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    reporters: ["default"],
    projects: [
      {
        extends: true,
        test: {
          name: "together",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...ALONE],
          // Sockets, child processes and workers are real in many files; two at a time keeps a small machine honest.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "alone", include: ALONE, maxWorkers: 1, maxConcurrency: 2, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
