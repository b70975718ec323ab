import {
  ActionIcon,
  Group,
  SegmentedControl,
  Select,
  Tooltip,
  VisuallyHidden,
} from "@mantine/core";
import {
  IconArrowsMaximize,
  IconContrast2,
  IconCrosshair,
  IconLayoutColumns,
  IconLayoutSidebarRight,
  IconPlayerPause,
  IconPlayerPlay,
  IconSquare,
} from "@tabler/icons-react";
import { memo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { LAYOUTS, type Layout } from "./Panes";
import { RATES } from "./useCine";
import type { Plane } from "./volume";
import type { Preset, Window } from "./window";

const LOOKS = { one: IconSquare, three: IconLayoutColumns, beside: IconLayoutSidebarRight };

interface Props {
  small?: boolean | undefined;
  planes: readonly Plane[];
  plane: Plane;
  setPlane: (plane: Plane) => void;
  layout: Layout;
  setLayout: (layout: Layout) => void;
  presets: readonly Preset[];
  setWindow: (window: Window) => void;
  crossing: boolean;
  toggleCrossing: () => void;
  inverted: boolean;
  toggleInverted: () => void;
  fit: () => void;
  cine: { playing: boolean; toggle: () => void; rate: number; setRate: (rate: number) => void };
  children?: ReactNode;
}

/** What one can set about the picture: planes, windows, cross-hair, grey turned round, cine. */
export const Bar = memo(function Bar(props: Props) {
  const { t } = useTranslation();
  const { cine } = props;
  const several = props.planes.length > 1;
  return (
    <Group justify="space-between" mb={6} gap="xs">
      <Group gap="xs">
        {several && !props.small && (
          <SegmentedControl
            size="xs"
            className="planes"
            value={props.layout}
            aria-label={t("parts.viewer.layout")}
            onChange={(value) => props.setLayout(value as Layout)}
            data={LAYOUTS.map((value) => {
              const Icon = LOOKS[value];
              const label = (
                <span key={value} title={t(`parts.viewer.layouts.${value}`)}>
                  <Icon size={15} aria-hidden />
                  <VisuallyHidden>{t(`parts.viewer.layouts.${value}`)}</VisuallyHidden>
                </span>
              );
              return { value, label };
            })}
          />
        )}
        <SegmentedControl
          size="xs"
          className="planes"
          value={props.plane}
          aria-label={t("parts.viewer.plane")}
          onChange={(value) => props.setPlane(value as Plane)}
          data={props.planes.map((value) => ({ value, label: t(`parts.viewer.${value}`) }))}
        />
      </Group>
      {props.children}
      <Group gap={6}>
        <Toggle
          name={t("parts.viewer.cross", { key: "X" })}
          on={props.crossing}
          toggle={props.toggleCrossing}
        >
          <IconCrosshair size={17} />
        </Toggle>
        <Toggle
          name={t("parts.viewer.invert", { key: "I" })}
          on={props.inverted}
          toggle={props.toggleInverted}
        >
          <IconContrast2 size={17} />
        </Toggle>
        {!props.small && (
          <>
            <Toggle name={t("parts.viewer.fit", { key: "0" })} toggle={props.fit}>
              <IconArrowsMaximize size={17} />
            </Toggle>
            <Toggle
              name={t(cine.playing ? "parts.viewer.stop" : "parts.viewer.play", { key: "K" })}
              on={cine.playing}
              toggle={cine.toggle}
            >
              {cine.playing ? <IconPlayerPause size={17} /> : <IconPlayerPlay size={17} />}
            </Toggle>
            {cine.playing && (
              <Select
                size="xs"
                w={84}
                allowDeselect={false}
                aria-label={t("parts.viewer.rate")}
                value={String(cine.rate)}
                data={RATES.map((rate) => ({
                  value: String(rate),
                  label: t("parts.viewer.per_second", { rate }),
                }))}
                onChange={(value) => value && cine.setRate(Number(value))}
              />
            )}
          </>
        )}
        <Select
          size="xs"
          w={136}
          value={null}
          placeholder={t("parts.viewer.window")}
          aria-label={t("parts.viewer.window")}
          data={props.presets.map(({ name }, at) => ({
            value: name,
            label: `${at + 1} ${t(`parts.viewer.preset.${name}`)}`,
          }))}
          onChange={(value) => {
            const chosen = props.presets.find(({ name }) => name === value);
            if (chosen) props.setWindow(chosen.window);
          }}
        />
      </Group>
    </Group>
  );
});

function Toggle(props: { name: string; on?: boolean; toggle: () => void; children: ReactNode }) {
  return (
    <Tooltip label={props.name} openDelay={300}>
      <ActionIcon
        variant={props.on ? "white" : "subtle"}
        color={props.on ? "dark.9" : "gray.3"}
        size={28}
        aria-label={props.name}
        {...(props.on === undefined ? {} : { "aria-pressed": props.on })}
        onClick={props.toggle}
      >
        {props.children}
      </ActionIcon>
    </Tooltip>
  );
}
