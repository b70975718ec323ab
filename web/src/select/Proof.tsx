import { Box, Mark, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { text } from "../api";
import { Refusal } from "../parts/Refusal";
import { useReason } from "./Reasons";
import type { CaseDetail, Evidence } from "./rows";

const AROUND = 120;

/** What the records say that a reason rests on, with the words marked. */
export function Proofs({ found }: { found: CaseDetail }) {
  const say = useReason();
  return found.reasons.flatMap((reason) =>
    (reason.evidence ?? []).map((one) => (
      <Box key={`${reason.key}.${one.record}.${one.start}.${one.row}`} mb="xs">
        <Text size="sm" fw={600}>
          {say(reason.key)}
        </Text>
        <Proof of={one} />
      </Box>
    )),
  );
}

function Proof({ of }: { of: Evidence }) {
  const { t } = useTranslation();
  const path = `/subjects/records/${of.record}/content`;
  const record = useQuery({ queryKey: [path], queryFn: () => text(path) });
  if (record.error) return <Refusal error={record.error} />;
  if (record.data === undefined) return null;
  if (of.start === null || of.end === null) {
    const line = of.row === null ? undefined : record.data.split(/\r?\n/)[of.row];
    return (
      <Text size="sm">
        {of.row !== null && `${t("select.row_n", { n: of.row })} `}
        {line}
      </Text>
    );
  }
  const { start, end } = of;
  return (
    <Text size="sm" component="blockquote" m={0} style={{ whiteSpace: "pre-wrap" }}>
      {parts(record.data, start, end, of.cue).map(({ words, kind, at }) =>
        kind === "plain" ? (
          words
        ) : (
          <Mark key={at} color={kind === "said" ? "yellow" : "blue"}>
            {words}
          </Mark>
        ),
      )}
    </Text>
  );
}

/** Cut a text around a span; letters are counted as the server counts them, by code point. */
export function parts(
  whole: string,
  start: number,
  end: number,
  cue: readonly [number, number] | null,
): { words: string; kind: "plain" | "said" | "cue"; at: number }[] {
  const letters = [...whole];
  const spans = [
    { from: start, to: end, kind: "said" as const },
    ...(cue && (cue[1] <= start || cue[0] >= end)
      ? [{ from: cue[0], to: cue[1], kind: "cue" as const }]
      : []),
  ].sort((a, b) => a.from - b.from);
  let at = Math.max(0, (spans[0]?.from ?? 0) - AROUND);
  const found: ReturnType<typeof parts> = [];
  const cut = (to: number, kind: "plain" | "said" | "cue") => {
    if (to > at) found.push({ words: letters.slice(at, to).join(""), kind, at });
    at = Math.max(at, to);
  };
  for (const span of spans) {
    cut(span.from, "plain");
    cut(span.to, span.kind);
  }
  cut(Math.min(letters.length, at + AROUND), "plain");
  return found;
}
