import { Button, Group, Text } from "@mantine/core";
import { IconLink, IconLinkOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { SliceViewer } from "../parts/viewer/SliceViewer";
import type { Cut, Triple } from "../parts/viewer/space";
import type { Elsewhere } from "../parts/viewer/useSight";
import type { VoxelStore } from "../parts/viewer/volume";
import type { Beside } from "./hanging";

interface Props {
  series: Beside;
  name: string;
  height: number;
  open: () => Promise<VoxelStore>;
  linked: {
    elsewhere: Elsewhere | undefined;
    lines: readonly Cut[];
    onPlace: (mm: Triple) => void;
    onCut: (cut: Cut, mm: Triple) => void;
  };
  tied: boolean;
  /** Ties it to the image where both are now, or loosens it; null where the scanner said it. */
  tie: (() => void) | null;
}

/** One series beside the image: to be looked at, never drawn in. */
export function HungPane({ series, name, height, open, linked, tied, tie }: Props) {
  const { t } = useTranslation();
  const said = tie ? (tied ? "tied" : "free") : "same";
  return (
    <section aria-label={name} className="hung">
      <Group gap={6} wrap="nowrap" h={26}>
        <Text size="xs" fw={650} truncate title={name} flex={1}>
          {name}
        </Text>
        <Text size="xs" c={said === "free" ? "orange.9" : "gray.7"}>
          {t(`annotate.hanging.said.${said}`)}
        </Text>
        {tie ? (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={tied ? <IconLinkOff size={13} /> : <IconLink size={13} />}
            onClick={tie}
          >
            {t(tied ? "annotate.hanging.loosen" : "annotate.hanging.tie")}
          </Button>
        ) : null}
      </Group>
      <SliceViewer small base={series.key} open={open} label={name} height={height} {...linked} />
    </section>
  );
}
