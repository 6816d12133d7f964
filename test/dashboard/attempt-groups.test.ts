import { expect, it } from "vitest";
import { groupAttempts, waitWords } from "../../src/dashboard/page/attempt-groups.ts";
import type { AttemptRow } from "../../src/dashboard/view.ts";

const attempt = (fromMs: number, given: Partial<AttemptRow> = {}): AttemptRow => ({
  call: `c${fromMs}`,
  fromMs,
  toMs: fromMs + 10,
  kind: "refused",
  status: 429,
  tokens: 0,
  announcedMs: 1_000,
  fallbackTo: undefined,
  ...given,
});

it("draws three refusals or more as one, with the shortest of their waits", () => {
  const groups = groupAttempts([
    attempt(0),
    attempt(1_200),
    attempt(1_400),
    attempt(9_000, { kind: "answered", status: 200 }),
  ]);
  expect(groups.map(({ count }) => count)).toEqual([3, 1]);
  expect(groups[0]?.pauses).toEqual({ words: "waits from 190 ms of 1.0 s ✗", early: true });
});

it("keeps two apart, other statuses, fallbacks and what is still open", () => {
  const alike = [attempt(0), attempt(2_000)];
  expect(groupAttempts(alike)).toHaveLength(2);
  expect(groupAttempts([...alike, attempt(4_000, { status: 500, kind: "error" })])).toHaveLength(3);
  expect(groupAttempts([...alike, attempt(4_000, { fallbackTo: "small" })])).toHaveLength(3);
  const open = [0, 1, 2].map((at) => attempt(at, { kind: "open", status: 0 }));
  expect(groupAttempts(open)).toHaveLength(3);
});

it("calls no wait early that is as long as was asked, give or take what timers do", () => {
  expect(waitWords(960, 1_000)).toBe("960 ms of 1.0 s");
  expect(waitWords(900, 1_000)).toBe("900 ms of 1.0 s ✗");
  expect(waitWords(5_000, undefined)).toBe("5.0 s");
});
