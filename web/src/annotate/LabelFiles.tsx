import { Anchor, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Label, TaskDetail } from "./types";

const SLIDE = ["geojson", "coco"];
const MARKS = new Set(["csv", "sr"]);

/** What fits the image: DICOM objects refer to the objects that they were drawn on. */
function formsOf(task: TaskDetail): string[] {
  if (task.slide_id) return SLIDE;
  const dicom = task.image && "sop_uids" in task.image && task.image.sop_uids.some(Boolean);
  return dicom
    ? ["nifti", "seg", "labelmap", "rtstruct", "packed", "csv", "sr"]
    : ["nifti", "packed", "csv"];
}

/** Finished labels and what was measured on them, in the formats of other programs. */
export function LabelFiles({ task, label }: { task: TaskDetail; label: Label }) {
  const { t } = useTranslation();
  const path = `/api/v1/annotate/labels/${label.id}`;
  return (
    <Group gap="md" role="group" aria-label={t("annotate.sign.files")}>
      {formsOf(task).map((form) => (
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
