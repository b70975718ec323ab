import { useTranslation } from "react-i18next";
import type { Wire } from "../api";
import { useCode } from "../parts/code";
import { Loaded } from "../parts/Loaded";
import { Plot } from "../parts/Plot";
import { series } from "../theme";
import type { Metric } from "./rows";

type Answer = Wire<"PeersOut">;

/** Where a value stands among like cases and among all of its modality, beside the limits. */
export function Peers({ of, row }: { of: string; row: Metric }) {
  const { t } = useTranslation();
  const said = useCode();
  const name = said("select.metric", row.metric);
  return (
    <Loaded<Answer> path={`/select/cases/${of}/peers`} query={{ metric: row.metric }}>
      {(found) => {
        const lines = [
          { value: row.value, line: t("select.this_case") },
          { value: row.review_limit, line: t("select.limit_look") },
          { value: row.exclude_limit, line: t("select.limit_out") },
        ].filter((one) => one.value !== null);
        const alike = t("select.alike_n", { n: found.peers.length });
        const all = t("select.modality_n", { n: found.pooled.length });
        const values = [
          ...found.peers.map((value) => ({ of: alike, value })),
          ...found.pooled.map((value) => ({ of: all, value })),
        ];
        const unit = found.unit ? ` (${said("select.unit_of", found.unit)})` : "";
        return (
          <Plot
            spec={plotOf({ values, lines, rows: [alike, all], found, title: `${name}${unit}` })}
            caption={t("select.peers_caption", { metric: name })}
          />
        );
      }}
    </Loaded>
  );
}

interface Drawn {
  values: { of: string; value: number }[];
  lines: { value: number | null; line: string }[];
  rows: string[];
  found: Answer;
  title: string;
}

function plotOf({ values, lines, rows, found, title }: Drawn): object {
  const positive = [...values, ...lines].every((one) => (one.value ?? 0) > 0);
  // A logarithm of zero is nowhere; what only is usually above zero is drawn nearly so.
  const type = found.scale !== "log" ? "linear" : positive ? "log" : "symlog";
  const x = { field: "value", type: "quantitative", title, scale: { type, zero: false } };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    height: 90,
    layer: [
      {
        data: { values },
        mark: { type: "tick", thickness: 2, opacity: 0.45, color: series[6] },
        encoding: { x, y: { field: "of", type: "nominal", title: null, sort: rows } },
      },
      {
        data: { values: lines },
        mark: { type: "rule", strokeWidth: 2 },
        encoding: {
          x,
          color: {
            field: "line",
            type: "nominal",
            title: null,
            sort: lines.map((one) => one.line),
            legend: { orient: "top" },
          },
          strokeDash: {
            field: "line",
            type: "nominal",
            title: null,
            sort: lines.map((one) => one.line),
          },
        },
      },
    ],
  };
}
