import { Box, Checkbox, Group, MultiSelect, Select, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Refusal } from "../parts/Refusal";
import type { Fused } from "../parts/viewer/fused";
import type { Cut, Triple } from "../parts/viewer/space";
import type { Elsewhere } from "../parts/viewer/useSight";
import "./hanging.css";
import { FusedBar, useFused } from "./Fusing";
import { HungPane } from "./HungPane";
import { type Beside, hang, MOST_BESIDE } from "./hanging";
import type { TaskDetail } from "./types";
import { IMAGE, useHanging, useLinks, useStores } from "./useHanging";
import { useNamed } from "./words";

/** What the viewer of the task's image takes from what hangs beside it. */
export interface FromBeside {
  elsewhere?: Elsewhere | undefined;
  lines?: readonly Cut[];
  onPlace?: (mm: Triple) => void;
  onCut?: (cut: Cut, mm: Triple) => void;
  fused?: Fused | undefined;
}

interface Props {
  task: TaskDetail;
  height: number;
  children: (beside: FromBeside) => ReactNode;
}

/** The image of a task with the rest of the examination and the one before it beside it. */
export function Hanging({ task, height, children }: Props) {
  const { t } = useTranslation();
  const named = useNamed();
  const hanging = useHanging(task);
  const [linked, setLinked] = useState(true);
  const [over, setOver] = useState<string | null>(null);
  const { series, shown, protocols } = hanging;
  const links = useLinks(over ? withOver(shown, series, over) : shown, linked);
  const open = useStores(task.id, [...shown.map(({ key }) => key), ...(over ? [over] : [])]);
  const fusing = useFused(open, over, over ? links.shiftTo(over) : null);
  const nameOf = useSeriesName();
  if (hanging.error) {
    return (
      <>
        <Refusal error={hanging.error} />
        {children({})}
      </>
    );
  }
  if (!series.length) return children({});
  const options = series.map((one) => ({ value: one.key, label: nameOf(one) }));
  return (
    <Box>
      <Group gap="xs" mb={6} align="flex-end">
        <Select
          size="xs"
          w={180}
          label={t("annotate.hanging.protocol")}
          placeholder={t("annotate.hanging.own")}
          value={null}
          data={[
            ...protocols.map((one) => ({ value: one.name, label: named(one) })),
            { value: "", label: t("annotate.hanging.alone") },
          ]}
          onChange={(name) => {
            const protocol = protocols.find((one) => one.name === name);
            const hung = protocol ? hang(protocol, hanging.image, series) : [];
            hanging.choose((hung ?? []).map(({ key }) => key));
          }}
        />
        <MultiSelect
          size="xs"
          flex={1}
          miw={220}
          label={t("annotate.hanging.beside")}
          maxValues={MOST_BESIDE}
          data={options}
          value={shown.map(({ key }) => key)}
          onChange={hanging.choose}
        />
        <FusedBar fusing={fusing} options={options} over={over} setOver={setOver} />
        <Checkbox
          size="xs"
          pb={6}
          label={t("annotate.hanging.link")}
          checked={linked}
          onChange={(event) => setLinked(event.currentTarget.checked)}
        />
      </Group>
      {over && !fusing.fused && !fusing.waiting && (
        <Text size="xs" c="orange.9" mb={4} role="status">
          {t("annotate.hanging.tie_first")}
        </Text>
      )}
      <div className="hanging" data-beside={shown.length}>
        <section aria-label={t("annotate.hanging.image")} className="hung">
          {shown.length > 0 && (
            <Text size="xs" fw={650} lh="26px">
              {t("annotate.hanging.image")}
            </Text>
          )}
          {children({ ...links.of(IMAGE), fused: fusing.fused })}
        </section>
        {shown.map((one) => (
          <HungPane
            key={one.key}
            series={one}
            name={nameOf(one)}
            height={height}
            open={() => open(one.key)}
            linked={links.of(one.key)}
            tied={links.shiftTo(one.key) !== null}
            tie={one.frame === 0 ? null : () => links.tie(one.key)}
          />
        ))}
      </div>
    </Box>
  );
}

function withOver(shown: readonly Beside[], series: readonly Beside[], over: string) {
  return series.filter((one) => shown.includes(one) || one.key === over);
}

/** A series in words: when, what modality, and what its description says. */
function useSeriesName() {
  const { t } = useTranslation();
  return ({ prior, days_before, modality, description, slices }: Beside) => {
    const when =
      prior && days_before !== null
        ? t("annotate.hanging.days_before", { days: days_before })
        : t(prior ? "annotate.hanging.prior" : "annotate.hanging.current");
    return [when, modality, description || t("annotate.hanging.slices", { n: slices })].join(" · ");
  };
}
