import { NativeSelect, NumberInput, Slider, Switch, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { FIELD_MM2 } from "./fields";
import type { Settings, SlideTool } from "./tools/tool";

interface Props {
  tool: SlideTool;
  settings: Settings;
  set: (part: Partial<Settings>) => void;
}

/** What the tool in the hand lets a reader set, and nothing else. */
export function ToolSettings({ tool, settings, set }: Props) {
  const { t } = useTranslation();
  const level = (name: "radius" | "tolerance", most: number) => (
    <>
      <Text size="xs">{t(`annotate.slide.${name}`)}</Text>
      <Slider
        w={110}
        size="sm"
        min={2}
        max={most}
        label={null}
        thumbLabel={t(`annotate.slide.${name}`)}
        value={settings[name]}
        onChange={(value) => set({ [name]: value })}
      />
      <Text size="xs" w={30}>
        {settings[name]}
      </Text>
    </>
  );
  return (
    <>
      {tool.settings.includes("radius") && level("radius", 120)}
      {tool.settings.includes("tolerance") && level("tolerance", 120)}
      {tool.settings.includes("subtract") && (
        <Switch
          size="xs"
          label={t("annotate.slide.subtract")}
          checked={settings.subtract}
          onChange={(event) => set({ subtract: event.currentTarget.checked })}
        />
      )}
      {tool.settings.includes("field") && (
        <>
          <NativeSelect
            size="xs"
            aria-label={t("annotate.slide.field")}
            value={String(settings.field_mm2)}
            onChange={(event) => set({ field_mm2: Number(event.currentTarget.value) })}
            data={FIELD_MM2.map((mm2) => ({
              value: String(mm2),
              label: t("annotate.slide.field_of", { mm2 }),
            }))}
          />
          {(["columns", "rows"] as const).map((name) => (
            <NumberInput
              key={name}
              size="xs"
              w={64}
              min={1}
              max={50}
              allowDecimal={false}
              aria-label={t(`annotate.slide.${name}`)}
              value={settings[name]}
              onChange={(value) => Number(value) > 0 && set({ [name]: Number(value) })}
            />
          ))}
        </>
      )}
    </>
  );
}
