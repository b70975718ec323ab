export interface Earning {
  site_id: string;
  site: string;
  period: string;
  yen: number;
}

/** Bars from zero: what each hospital earned, one bar per period. */
export function earned(rows: Earning[], titles: { site: string; yen: string; period: string }) {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width: "container",
    height: { step: 28 },
    data: { values: rows },
    mark: { type: "bar" },
    encoding: {
      y: { field: "site", type: "nominal", title: null, axis: { labelLimit: 320 } },
      x: {
        field: "yen",
        type: "quantitative",
        aggregate: "sum",
        title: titles.yen,
        scale: { zero: true },
        axis: { format: ",d", tickCount: 6 },
      },
      color: { field: "period", type: "nominal", title: titles.period },
      tooltip: [
        { field: "site", title: titles.site },
        { field: "period", title: titles.period },
        { field: "yen", aggregate: "sum", title: titles.yen, format: ",d" },
      ],
    },
  };
}
