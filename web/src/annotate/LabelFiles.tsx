import { Anchor, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMay } from "../shell/session";
import type { Label, TaskDetail } from "./types";

const SLIDE = ["geojson", "coco"];
const DICOM_SLIDE = [...SLIDE, "ann"];
const MARKS = new Set(["csv", "sr"]);

/** What fits the image: DICOM objects name those they were drawn on, to readers once signed. */
function formsOf(task: TaskDetail, blind: boolean): string[] {
  const image = task.image;
  if (task.slide_id) return image?.dicom && !blind ? DICOM_SLIDE : SLIDE;
  const dicom = image && "sop_uids" in image && image.sop_uids.some(Boolean);
  return dicom && !blind
    ? ["nifti", "seg", "labelmap", "rtstruct", "packed", "csv", "sr"]
    : ["nifti", "packed", "csv"];
}

/** Finished labels and what was measured on them, in the formats of other programs. */
export function LabelFiles({ task, label }: { task: TaskDetail; label: Label }) {
  const { t } = useTranslation();
  const blind = useMay("annotate.label") && task.state !== "signed";
  const path = `/api/v1/annotate/labels/${label.id}`;
  return (
    <Group gap="md" role="group" aria-label={t("annotate.sign.files")}>
      {formsOf(task, blind).map((form) => (
        <Anchor
          key={form}
          size="sm"
          download
          href={`${path}${MARKS.has(form) ? "/marks" : ""}/export?format=${form}`}
        >
          {t(`annotate.sign.file.${form}`)}
        </Anchor>
      ))}
    </Group>
  );
}
