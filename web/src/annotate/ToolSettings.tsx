import { Button, Group, NumberInput, Switch, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { keyName, TOGGLES } from "./keys";
import type { Settings, Tool } from "./tools/tool";

interface Props {
  tool: Tool;
  settings: Settings;
  set: (part: Partial<Settings>) => void;
  toggle: (name: keyof typeof TOGGLES) => void;
  resize: (by: number) => void;
  unit: string;
  left: boolean;
  locked: boolean;
}

/** What the chosen tool heeds, each with its key. */
export function ToolSettings(props: Props) {
  const { tool, settings, set, toggle, left, locked, unit } = props;
  const { t } = useTranslation();
  const has = (name: Tool["settings"][number]) => tool.settings.includes(name);
  const onOff = (name: keyof typeof TOGGLES, label: string) => (
    <Switch
      size="xs"
      disabled={locked}
      checked={Boolean(settings[name])}
      onChange={() => toggle(name)}
      label={`${label} ${keyName(TOGGLES[name], left)}`}
    />
  );
  return (
    <>
      {has("radius") && <Diameter radius={settings.radius} resize={props.resize} />}
      {has("tolerance") && (
        <NumberInput
          size="xs"
          w={150}
          min={0}
          max={10_000}
          disabled={locked}
          value={settings.tolerance}
          onChange={(value) => typeof value === "number" && set({ tolerance: value })}
          aria-label={t("annotate.setting.tolerance")}
          leftSection="±"
          suffix={` ${unit}`}
        />
      )}
      {has("deep") && onOff("deep", t("annotate.setting.deep"))}
      {has("subtract") &&
        onOff(
          "subtract",
          t(tool.scribbles ? "annotate.setting.outside" : "annotate.setting.subtract"),
        )}
      {has("range") && onOff("range", t("annotate.setting.range"))}
      {has("range") && settings.range && (
        <Group gap={4} wrap="nowrap">
          {(["low", "high"] as const).map((end) => (
            <NumberInput
              key={end}
              size="xs"
              w={92}
              disabled={locked}
              value={settings.range?.[end] ?? 0}
              onChange={(value) =>
                typeof value === "number" &&
                settings.range &&
                set({ range: { ...settings.range, [end]: value } })
              }
              aria-label={t(`annotate.setting.${end}`)}
              suffix={` ${unit}`}
            />
          ))}
        </Group>
      )}
      {!tool.scribbles && onOff("keepOthers", t("annotate.desk.keep_others"))}
    </>
  );
}

function Diameter({ radius, resize }: { radius: number; resize: (by: number) => void }) {
  const { t } = useTranslation();
  return (
    <Group gap={4} role="group" aria-label={t("annotate.desk.size")} wrap="nowrap">
      <Button
        size="compact-xs"
        variant="default"
        aria-label={t("annotate.desk.smaller")}
        onClick={() => resize(-1)}
      >
        [
      </Button>
      <Text size="sm" w={66} ta="center" style={{ fontVariantNumeric: "tabular-nums" }}>
        ⌀ {2 * radius} mm
      </Text>
      <Button
        size="compact-xs"
        variant="default"
        aria-label={t("annotate.desk.larger")}
        onClick={() => resize(1)}
      >
        ]
      </Button>
    </Group>
  );
}
