import { Box, Checkbox, Group, SegmentedControl, Select, Slider, Stack, Text } from "@mantine/core";
import { type PointerEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useWords } from "../parts/code";
import "./compare.css";
import {
  draw,
  firstPair,
  MODES,
  type Mode,
  OVERLAYS,
  STRENGTH,
  TINTS,
  type ViewsOf,
} from "./compare";
import { useLayers } from "./useLayers";

interface Props {
  views: ViewsOf;
  /** The address of a layer's picture. */
  source: (layer: string) => string;
}

function useLayerName(): (name: string) => string {
  const { t } = useTranslation();
  const say = useWords();
  return (name) => {
    const [, number] = /^time_(\d+)$/.exec(name) ?? [];
    return number ? t("preprocess.layer.time", { n: number }) : say("preprocess.layer", name);
  };
}

/** Two layers of a run in one place: by a wipe, a chessboard or fused, slice by slice. */
export function Compare({ views, source }: Props) {
  const { t } = useTranslation();
  const named = useLayerName();
  const pictures = views.layers.filter((name) => !OVERLAYS.includes(name));
  const [start, end] = firstPair(views.layers);
  const [[one, other], setPair] = useState<[string, string]>([start, end]);
  const [mode, setMode] = useState<Mode>(pictures.length > 1 ? "wipe" : "one");
  const [share, setShare] = useState(0.5);
  const [slice, setSlice] = useState(Math.floor(views.slices / 2));
  const [over, setOver] = useState<string[]>(OVERLAYS.filter((name) => name === "change"));
  const loaded = useLayers(Object.fromEntries(views.layers.map((name) => [name, source(name)])));
  const canvas = useRef<HTMLCanvasElement>(null);
  const ready = pictures.every((name) => loaded[name]);
  useEffect(() => {
    if (canvas.current) {
      const overlays = OVERLAYS.filter((name) => over.includes(name)).map(
        (name): [HTMLImageElement | undefined, number] => [loaded[name], STRENGTH[name] ?? 1],
      );
      const shown = { mode, share, slice };
      draw(canvas.current, views, loaded[one], loaded[other], overlays, shown);
    }
  });
  const wipe = (event: PointerEvent<HTMLCanvasElement>) => {
    if (mode !== "wipe" || event.buttons !== 1) return;
    const { left, width } = event.currentTarget.getBoundingClientRect();
    setShare(Math.min(1, Math.max(0, (event.clientX - left) / width)));
  };
  const percent = Math.round(share * 100);
  return (
    <Group align="flex-start" gap="lg" className="compare" data-ready={ready ? "yes" : undefined}>
      <Box component="figure" m={0} className="compare-stage">
        <canvas
          ref={canvas}
          width={views.width}
          height={views.height}
          role="img"
          aria-label={t("preprocess.compare.picture", {
            one: named(one),
            other: named(other),
            mode: t(`preprocess.mode.${mode}`),
            slice: slice + 1,
            slices: views.slices,
          })}
          onPointerDown={wipe}
          onPointerMove={wipe}
        />
        <Text component="figcaption" size="xs" c="gray.7" mt={4}>
          {t("preprocess.compare.copy", { n: Math.max(views.width, views.height) })}
        </Text>
      </Box>
      <Stack gap="sm" className="compare-tools">
        {pictures.length > 1 && (
          <SegmentedControl
            aria-label={t("preprocess.compare.mode")}
            size="xs"
            value={mode}
            onChange={(value) => setMode(value as Mode)}
            data={MODES.map((value) => ({
              value,
              label:
                value === "one" || value === "other"
                  ? named(value === "one" ? one : other)
                  : t(`preprocess.mode.${value}`),
            }))}
          />
        )}
        {pictures.length > 2 && (
          <Group gap="xs" grow>
            <Select
              label={t("preprocess.compare.one")}
              size="xs"
              allowDeselect={false}
              value={one}
              data={pictures.map((value) => ({ value, label: named(value) }))}
              onChange={(value) => value && setPair([value, other])}
            />
            <Select
              label={t("preprocess.compare.other")}
              size="xs"
              allowDeselect={false}
              value={other}
              data={pictures.map((value) => ({ value, label: named(value) }))}
              onChange={(value) => value && setPair([one, value])}
            />
          </Group>
        )}
        {views.slices > 1 && (
          <Way
            label={t("preprocess.compare.slice", { slice: slice + 1, slices: views.slices })}
            value={slice}
            max={views.slices - 1}
            set={setSlice}
          />
        )}
        {(mode === "wipe" || mode === "fused") && (
          <Way
            label={t(`preprocess.compare.${mode}`, { percent, other: named(other) })}
            value={percent}
            max={100}
            set={(value) => setShare(value / 100)}
          />
        )}
        {OVERLAYS.filter((name) => views.layers.includes(name)).map((name) => (
          <Checkbox
            key={name}
            size="xs"
            label={named(name)}
            checked={over.includes(name)}
            onChange={(event) =>
              setOver(
                event.currentTarget.checked
                  ? [...over, name]
                  : over.filter((shown) => shown !== name),
              )
            }
          />
        ))}
        {views.layers.includes("change") && <ChangeLegend />}
        {mode === "fused" && (
          <Group gap="md">
            {(["one", "other"] as const).map((side) => (
              <Group key={side} gap={6}>
                <Box w={12} h={12} bdrs={2} style={{ background: TINTS[side] }} aria-hidden />
                <Text size="xs">{named(side === "one" ? one : other)}</Text>
              </Group>
            ))}
          </Group>
        )}
      </Stack>
    </Group>
  );
}

function Way({
  label,
  value,
  max,
  set,
}: {
  label: string;
  value: number;
  max: number;
  set: (value: number) => void;
}) {
  return (
    <Box>
      <Text size="xs" mb={4} style={{ fontVariantNumeric: "tabular-nums" }}>
        {label}
      </Text>
      <Slider label={null} thumbLabel={label} min={0} max={max} value={value} onChange={set} />
    </Box>
  );
}

function ChangeLegend() {
  const { t } = useTranslation();
  return (
    <Box component="figure" m={0}>
      <div className="compare-scale" aria-hidden />
      <Group justify="space-between" gap={0}>
        {["−6", "−2", "+2", "+6"].map((value) => (
          <Text key={value} size="xs">
            {value}
          </Text>
        ))}
      </Group>
      <Text component="figcaption" size="xs" c="gray.7">
        {t("preprocess.compare.change")}
      </Text>
    </Box>
  );
}
