import { Box, Button, Checkbox, Group, Kbd, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useDeferredValue, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { get, type Page, send } from "../api";
import { Empty } from "../parts/Empty";
import { count } from "../parts/format";
import { Refusal } from "../parts/Refusal";
import { Screen } from "../parts/Screen";
import { useMay } from "../shell/session";
import { SelectViews } from "./columns";
import type { CaseRow } from "./rows";
import { Stage } from "./Stage";
import { type Answer, EXCLUDE_REASONS, useReview } from "./useReview";
import { useReviewKeys } from "./useReviewKeys";

const MOST = 200;
/** So many cases are made ready before they are looked at, and the last one is kept. */
const AHEAD = 3;

interface Given {
  rows: CaseRow[];
  root: string;
}

/** Review one case after the other, nearest to a limit first, by keys. */
export function Review() {
  const { t } = useTranslation();
  const { standing, second } = useSearch({ strict: false }) as Record<string, string>;
  const isSecond = second !== undefined;
  const first = standing ? "/select/cases" : "/select/queue";
  const path = isSecond ? "/select/second-looks" : first;
  // Read once: the order stays as it is while somebody works through it.
  const given = useQuery({
    queryKey: ["root", "review", path, standing],
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    queryFn: async (): Promise<Given> => {
      const page = await get<Page<CaseRow>>(path, { standing, limit: MOST });
      const of = (kind: string) => page.items.filter((row) => row.kind === kind).map((r) => r.id);
      if (page.items.length === 0) return { rows: [], root: "" };
      const wish = { series: of("series"), slides: of("slide"), purpose: "view" };
      const root = await send<{ path: string }>("POST", "/dicomweb/roots", wish);
      return { rows: page.items, root: root.path };
    },
  });
  return (
    <Screen title={t("select.review.title")} about={t("select.review.about")}>
      <SelectViews />
      {isSecond && <Text size="sm">{t("select.review.second_about")}</Text>}
      {given.error && <Refusal error={given.error} retry={() => void given.refetch()} />}
      {given.data?.rows.length === 0 && <Empty text={t("select.queue_empty")} />}
      {given.data && given.data.rows.length > 0 && <Desk {...given.data} second={isSecond} />}
    </Screen>
  );
}

function Desk({ rows, root, second }: Given & { second: boolean }) {
  const { t } = useTranslation();
  const may = useMay("select.override");
  const [named, setNamed] = useState(false);
  const [asks, setAsks] = useState(false);
  const review = useReview(rows, second);
  const { now, left } = review;
  // The case is shown first; the one after the next is made ready when there is time.
  const around = useDeferredValue(now);
  const act = (answer: Answer, reason: string) => {
    setAsks(false);
    if (may) review.answer(answer, reason);
  };
  useReviewKeys({
    a: () => act("accept", "looked_fine"),
    x: () => setAsks(may),
    r: () => act("review", "left_open"),
    n: () => review.turn(1),
    arrowright: () => review.turn(1),
    p: () => review.turn(-1),
    arrowleft: () => review.turn(-1),
    u: () => review.undo(),
    escape: () => setAsks(false),
    ...Object.fromEntries(
      EXCLUDE_REASONS.map((reason, at) => [String(at + 1), () => asks && act("exclude", reason)]),
    ),
  });
  // Another case asks anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => setAsks(false), [now?.id]);
  if (!now) return <Empty text={t("select.review.done")} />;
  const at = left.indexOf(now);
  const near = nearTo(left, around);
  near.add(now);
  return (
    <Box>
      <Group justify="space-between" mb="xs">
        <Text size="sm" aria-live="polite">
          {t("select.review.at", { n: count(at + 1), of: count(left.length) })}
        </Text>
        <Checkbox
          size="xs"
          label={t("select.review.show_hospital")}
          checked={named}
          onChange={(event) => setNamed(event.currentTarget.checked)}
        />
      </Group>
      <Box pos="relative">
        {left
          .filter((row) => near.has(row))
          .map((row) => (
            <Stage
              key={row.id}
              row={row}
              root={root}
              shown={row === now}
              named={named}
              blind={second}
            />
          ))}
      </Box>
      <Group mt="sm" gap="xs" role="toolbar" aria-label={t("select.decision")}>
        {asks
          ? EXCLUDE_REASONS.map((reason, i) => (
              <Button
                key={reason}
                size="xs"
                variant="default"
                onClick={() => act("exclude", reason)}
                leftSection={<Kbd size="xs">{i + 1}</Kbd>}
              >
                {t(`select.why_code.${reason}`)}
              </Button>
            ))
          : buttons(may, review, act, () => setAsks(true)).map(([key, name, go]) => (
              <Button
                key={key}
                size="xs"
                variant="default"
                onClick={go}
                leftSection={<Kbd size="xs">{key}</Kbd>}
              >
                {t(`select.review.${name}`)}
              </Button>
            ))}
      </Group>
    </Box>
  );
}

function nearTo(left: CaseRow[], row: CaseRow | undefined): Set<CaseRow | undefined> {
  const at = row ? left.indexOf(row) : 0;
  return new Set(
    Array.from({ length: AHEAD + 2 }, (_, i) => left[(at - 1 + i + left.length) % left.length]),
  );
}

function buttons(
  may: boolean,
  review: ReturnType<typeof useReview>,
  act: (answer: Answer, reason: string) => void,
  ask: () => void,
): [string, string, () => void][] {
  const moves: [string, string, () => void][] = [
    ["n", "next", () => review.turn(1)],
    ["p", "previous", () => review.turn(-1)],
  ];
  if (!may) return moves;
  return [
    ["a", "accept", () => act("accept", "looked_fine")],
    ["x", "exclude", ask],
    ["r", "keep", () => act("review", "left_open")],
    ...moves,
    ["u", "undo", review.undo],
  ];
}
