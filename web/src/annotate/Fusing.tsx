import { Box, Select, Slider, Text } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { type ColourMap, colourTable, MAPS } from "../parts/viewer/colours";
import type { Fused } from "../parts/viewer/fused";
import type { Triple } from "../parts/viewer/space";
import { useVolume } from "../parts/viewer/useVolume";
import type { VoxelStore } from "../parts/viewer/volume";
import { storedWindow } from "../parts/viewer/window";

/** A second volume over the image; none where nobody knows how the two lie to each other. */
export function useFused(
  open: (key: string) => Promise<VoxelStore>,
  over: string | null,
  offset: Triple | null,
) {
  const [opacity, setOpacity] = useState(0.4);
  const [map, setMap] = useState<ColourMap>("hot");
  const { store, first, error, loaded } = useVolume(over ? () => open(over) : null, over ?? "");
  const table = useMemo(() => {
    if (!store || !first) return null;
    const { slope, intercept } = store.header;
    return colourTable(storedWindow(first, slope, intercept), map);
  }, [store, first, map]);
  const fused = useMemo((): Fused | undefined => {
    if (!store || !table || !offset || store.header.only_acquired?.length) return undefined;
    return { store, table, opacity, offset, version: loaded };
  }, [store, table, offset, opacity, loaded]);
  const waiting = Boolean(over) && !store && !error;
  return { fused, waiting, error, opacity, setOpacity, map, setMap };
}

interface Props {
  fusing: ReturnType<typeof useFused>;
  options: { value: string; label: string }[];
  over: string | null;
  setOver: (key: string | null) => void;
}

/** Which series lies over the image, in which colours, and how much of it is seen. */
export function FusedBar({ fusing, options, over, setOver }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        size="xs"
        w={200}
        clearable
        label={t("annotate.hanging.over")}
        placeholder={t("annotate.hanging.nothing_over")}
        data={options}
        value={over}
        onChange={setOver}
      />
      {over && (
        <>
          <Select
            size="xs"
            w={104}
            allowDeselect={false}
            label={t("annotate.hanging.colours")}
            value={fusing.map}
            data={Object.keys(MAPS).map((value) => ({
              value,
              label: t(`annotate.hanging.map.${value}`),
            }))}
            onChange={(value) => value && fusing.setMap(value as ColourMap)}
          />
          <Box w={130} pb={4}>
            <Text size="xs">
              {t("annotate.hanging.opacity")} {Math.round(fusing.opacity * 100)}%
            </Text>
            <Slider
              size="sm"
              min={0}
              max={1}
              step={0.05}
              value={fusing.opacity}
              onChange={fusing.setOpacity}
              label={null}
              thumbLabel={t("annotate.hanging.opacity")}
            />
          </Box>
        </>
      )}
    </>
  );
}
