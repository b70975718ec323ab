import { Box, Button, Collapse, Group, Stack, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import type { Wire } from "../api";
import { count } from "../parts/format";
import { Loaded } from "../parts/Loaded";
import { Section } from "../parts/Section";
import { figure } from "../parts/Structure";
import { series } from "../theme";
import { bandOf, isOneScale, lineOf, meanOf, type Spread } from "./spread";

type Pair = Wire<"HistogramPairOut">;
const WIDTH = 640;
const HEIGHT = 200;
const FOOT = 24;
const COLOURS = { before: series[5], after: series[0] };

/** How the images of a plan's runs are spread before and after it. */
export function Histograms({ plan }: { plan: string }) {
  const { t } = useTranslation();
  return (
    <Section title={t("preprocess.spread.title")} about={t("preprocess.spread.about")}>
      <Loaded<Wire<"HistogramsOut">> path="/preprocess/histograms" query={{ plan }}>
        {({ runs, pairs }) =>
          pairs.length === 0 ? (
            <Text size="sm">{t("preprocess.spread.none")}</Text>
          ) : (
            <Stack gap="md">
              {pairs.map((pair) => (
                <OfPair key={pair.result} pair={pair} runs={runs} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}

function OfPair({ pair, runs }: { pair: Pair; runs: number }) {
  const { t } = useTranslation();
  const [open, { toggle }] = useDisclosure(false);
  const sides = (["before", "after"] as const).map((side) => ({ side, spread: pair[side] }));
  const panels = isOneScale(pair.before, pair.after) ? [sides] : sides.map((one) => [one]);
  const caption = t("preprocess.spread.caption", {
    role: pair.role,
    result: pair.result,
    n: count(runs),
  });
  return (
    <Box component="figure" m={0} maw={680}>
      <Group gap="md" mb={4}>
        {sides.map(({ side, spread }) => (
          <Group key={side} gap={6}>
            <svg width={24} height={12} aria-hidden="true">
              <line x1={0} x2={24} y1={6} y2={6} {...stroke(side)} />
            </svg>
            <Text size="xs">
              {t(`preprocess.${side}`)} · {t("preprocess.spread.mean")} {figure(meanOf(spread))}
            </Text>
          </Group>
        ))}
      </Group>
      {panels.map((panel) => (
        <Panel key={panel.map((one) => one.side).join()} panel={panel} />
      ))}
      <Text component="figcaption" size="sm" c="gray.7">
        {caption}
      </Text>
      <Button variant="subtle" size="compact-xs" onClick={toggle} aria-expanded={open}>
        {t("preprocess.spread.table")}
      </Button>
      <Collapse expanded={open} transitionDuration={0}>
        {open && sides.map(({ side, spread }) => <AsTable key={side} side={side} of={spread} />)}
      </Collapse>
    </Box>
  );
}

function stroke(side: "before" | "after") {
  const dash = side === "before" ? { strokeDasharray: "5 3" } : {};
  return { stroke: COLOURS[side], strokeWidth: 2, fill: "none", ...dash };
}

function Panel({ panel }: { panel: { side: "before" | "after"; spread: Spread }[] }) {
  const low = Math.min(...panel.map(({ spread }) => spread.low));
  const high = Math.max(...panel.map(({ spread }) => spread.high));
  const top = Math.max(...panel.flatMap(({ spread }) => spread.most), 1e-6);
  const scale = {
    x: (value: number) => ((value - low) / (high - low)) * WIDTH,
    y: (share: number) => HEIGHT - (Math.sqrt(share) / Math.sqrt(top)) * HEIGHT,
  };
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((at) => low + at * (high - low));
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + FOOT}`} width="100%" aria-hidden="true">
      <line x1={0} x2={WIDTH} y1={HEIGHT} y2={HEIGHT} stroke="var(--mantine-color-gray-6)" />
      {panel.map(({ side, spread }) => (
        <g key={side}>
          <path d={bandOf(spread, scale)} fill={COLOURS[side]} opacity={0.15} />
          <path d={lineOf(spread, scale)} {...stroke(side)} />
          <line
            x1={scale.x(meanOf(spread))}
            x2={scale.x(meanOf(spread))}
            y1={0}
            y2={HEIGHT}
            {...stroke(side)}
            strokeWidth={1}
          />
        </g>
      ))}
      {ticks.map((value, n) => (
        <text
          key={value}
          x={scale.x(value)}
          y={HEIGHT + 16}
          fontSize={12}
          textAnchor={n === 0 ? "start" : n === ticks.length - 1 ? "end" : "middle"}
          fill="var(--mantine-color-gray-8)"
        >
          {figure(value)}
        </text>
      ))}
    </svg>
  );
}

function AsTable({ side, of }: { side: "before" | "after"; of: Spread }) {
  const { t } = useTranslation();
  const step = (of.high - of.low) / of.shares.length;
  const percent = (share: number | undefined) => `${((share ?? 0) * 100).toFixed(2)} %`;
  return (
    <Table fz="xs" verticalSpacing={1} maw={480} captionSide="top">
      <Table.Caption>{t(`preprocess.${side}`)}</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t("preprocess.spread.values")}</Table.Th>
          <Table.Th scope="col" ta="right">
            {t("preprocess.spread.share")}
          </Table.Th>
          <Table.Th scope="col" ta="right">
            {t("preprocess.spread.range")}
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {of.shares.map((share, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: bins never change their order
          <Table.Tr key={n}>
            <Table.Th scope="row" fw={400}>
              {figure(of.low + n * step)} – {figure(of.low + (n + 1) * step)}
            </Table.Th>
            <Table.Td ta="right">{percent(share)}</Table.Td>
            <Table.Td ta="right">
              {percent(of.least[n])} – {percent(of.most[n])}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
