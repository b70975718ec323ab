import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import type { Column } from "../parts/DataTable";
import { moment } from "../parts/format";
import { State } from "../parts/State";
import { figure } from "../parts/Structure";
import { Views } from "../parts/Views";
import { useMay } from "../shell/session";
import { Reasons } from "./Reasons";
import type { CaseRow } from "./rows";

export function SelectViews() {
  const { t } = useTranslation();
  const reviews = useMay("select.override");
  return (
    <Views
      of={[
        { to: "/select", label: t("select.queue") },
        { to: "/select/queue", label: t("select.review.title") },
        { to: "/select/gallery", label: t("select.gallery.title") },
        { to: "/select/cases", label: t("select.cases") },
        { to: "/select/duplicates", label: t("select.duplicates.title") },
        { to: "/select/flow", label: t("select.flow") },
        { to: "/select/recipes", label: t("select.recipes") },
        ...(reviews
          ? [
              { to: "/select/cohorts", label: t("select.cohorts.title") },
              { to: "/select/agreement", label: t("select.agreement.title") },
            ]
          : []),
      ]}
    />
  );
}

export function useCaseColumns(): Column<CaseRow>[] {
  const { t } = useTranslation();
  const said = useCode();
  return [
    {
      key: "pseudonym",
      label: t("select.case"),
      sort: true,
      cell: (row) => row.pseudonym ?? t("select.hidden"),
    },
    { key: "modality", label: t("select.modality"), sort: true, cell: (row) => row.modality },
    {
      key: "body_part",
      label: t("select.body_part"),
      sort: true,
      cell: (row) => said("parts.body", row.body_part),
    },
    { key: "kernel", label: t("select.kernel"), sort: true, cell: (row) => row.kernel ?? "—" },
    {
      key: "standing",
      label: t("select.standing"),
      sort: true,
      cell: (row) => <State value={row.standing} />,
    },
    {
      key: "reason_codes",
      label: t("select.reasons"),
      cell: (row) => <Reasons keys={row.reason_codes} />,
    },
    {
      key: "nearest",
      label: t("select.nearest"),
      sort: true,
      numeric: true,
      cell: (row) => (row.nearest === null ? "—" : figure(row.nearest)),
    },
    { key: "site", label: t("select.hospital"), sort: true, cell: (row) => row.site ?? "—" },
    {
      key: "created_at",
      label: t("select.judged"),
      sort: true,
      cell: (row) => moment(row.created_at),
    },
  ];
}
