import { expect, test } from "vitest";

import { rowsOf } from "./series";

type Series = Parameters<typeof rowsOf>[0][number];

function series(name: string, aggregation: Series["aggregation"], values: (number | null)[]): Series {
  const points = values.map((value, minute) => ({ at: `2027-01-01T12:0${minute}:00Z`, value }));
  return { name, aggregation, unit: "ms", resolutionSeconds: 60, points };
}

test("series stand side by side, and where nothing was measured there is a gap", () => {
  const rows = rowsOf([
    series("response_time_ms", "P50", [10, null, 12]),
    series("response_time_ms", "P95", [80, null, 90]),
    series("error_rate", "AVG", [0, null, 1.5]),
  ]);
  expect(rows.map(({ p50, p95, errors }) => [p50, p95, errors])).toEqual([
    [10, 80, 0],
    [null, null, null],
    [12, 90, 1.5],
  ]);
});

test("a series that is missing is a gap throughout", () => {
  expect(rowsOf([series("error_rate", "AVG", [1])])).toEqual([
    { at: "2027-01-01T12:00:00Z", p50: null, p95: null, errors: 1 },
  ]);
});
