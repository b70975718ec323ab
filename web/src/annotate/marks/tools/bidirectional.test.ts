import fc from "fast-check";
import { expect, test } from "vitest";
import type { Triple } from "../../../parts/viewer/space";
import { distance, dot, step } from "../vector";
import { bidirectional } from "./bidirectional";

const lie = { across: [1, 0, 0], down: [0, 1, 0] } as const;
const place = fc.tuple(
  fc.double({ min: -80, max: 80, noNaN: true }),
  fc.double({ min: -80, max: 80, noNaN: true }),
  fc.constant(12),
);

test("two clicks make a long axis with a shorter one square through its middle", () => {
  const [a, b, c, d] = bidirectional.make(
    [
      [0, 0, 5],
      [20, 0, 5],
    ],
    lie,
  ) as Triple[];
  expect([a, b]).toEqual([
    [0, 0, 5],
    [20, 0, 5],
  ]);
  expect([c, d]).toEqual([
    [10, -6, 5],
    [10, 6, 5],
  ]);
});

test("wherever its handles are brought, the axes stay square, cross, and the long one is longer", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), place), { maxLength: 8 }), (moves) => {
      let points = bidirectional.make(
        [
          [0, 0, 12],
          [30, 10, 12],
        ],
        lie,
      );
      for (const [n, to] of moves) {
        // An axis without a length has no direction.
        if (distance(to, points[n < 2 ? 1 - n : 5 - n] as Triple) < 1) continue;
        points = bidirectional.move(points, n, to, lie);
      }
      const [a, b, c, d] = points as [Triple, Triple, Triple, Triple];
      const [long, short] = [step(a, b), step(c, d)];
      const product = distance(a, b) * distance(c, d);
      expect(Math.abs(dot(long, short))).toBeLessThanOrEqual(1e-6 * (product + 1));
      expect(distance(c, d)).toBeLessThanOrEqual(distance(a, b) + 1e-9);
      const share = dot(step(a, c), long) / dot(long, long);
      expect(share).toBeGreaterThanOrEqual(-1e-6);
      expect(share).toBeLessThanOrEqual(1 + 1e-6);
      expect(dot(step(a, c), short) * dot(step(a, d), short)).toBeLessThanOrEqual(1e-6);
    }),
  );
});

test("an end of the short axis brought further out changes that side alone", () => {
  const points = bidirectional.make(
    [
      [0, 0, 5],
      [20, 0, 5],
    ],
    lie,
  );
  const [, , c, d] = bidirectional.move(points, 3, [10, 8, 5], lie);
  expect(c).toEqual([10, -6, 5]);
  expect(d).toEqual([10, 8, 5]);
});
