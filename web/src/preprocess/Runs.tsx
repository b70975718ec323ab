import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { FormDialog } from "../parts/form/FormDialog";
import { moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import { Views } from "../parts/Views";
import { useMay } from "../shell/session";
import type { RunRow } from "./rows";
import { StartRun } from "./StartRun";

export function PreprocessViews() {
  const { t } = useTranslation();
  return (
    <Views
      of={[
        { to: "/preprocess", label: t("preprocess.runs") },
        { to: "/preprocess/plans", label: t("preprocess.plans") },
      ]}
    />
  );
}

/** What each plan made of each case. */
export function Runs() {
  const { t } = useTranslation();
  const said = useCode();
  const runs = useMay("preprocess.run");
  return (
    <Screen
      title={t("preprocess.title")}
      about={t("preprocess.about")}
      actions={
        runs && (
          <FormDialog label={t("preprocess.start")} about={t("preprocess.start_about")}>
            {(close) => <StartRun close={close} />}
          </FormDialog>
        )
      }
    >
      <PreprocessViews />
      <DataTable<RunRow>
        path="/preprocess/runs"
        label={t("preprocess.runs")}
        empty={t("preprocess.empty")}
        rowKey={(row) => row.id}
        open={(row) => `/preprocess/runs/${row.id}`}
        narrow={["state", "plan"]}
        filters={
          <Filter
            name="state"
            label={t("preprocess.state")}
            options={["waiting", "done", "refused", "failed", "recalled"].map((value) => ({
              value,
              label: t(`parts.state.${value}`),
            }))}
          />
        }
        columns={[
          {
            key: "pseudonym",
            label: t("preprocess.case"),
            sort: true,
            cell: (row) => row.pseudonym ?? t("preprocess.hidden"),
          },
          { key: "plan", label: t("preprocess.plan"), sort: true, cell: (row) => row.plan },
          {
            key: "state",
            label: t("preprocess.state"),
            sort: true,
            cell: (row) => <State value={row.state} />,
          },
          {
            key: "finding",
            label: t("preprocess.finding"),
            cell: (row) =>
              row.finding ? <State value={row.finding} /> : said("preprocess.code", row.code),
          },
          {
            key: "site",
            label: t("preprocess.hospital"),
            sort: true,
            cell: (row) => row.site ?? "—",
          },
          {
            key: "ended_at",
            label: t("preprocess.ended"),
            sort: true,
            cell: (row) => moment(row.ended_at),
          },
          {
            key: "image_sha256",
            label: t("preprocess.image"),
            cell: (row) => <Hash value={row.image_sha256} />,
          },
        ]}
      />
    </Screen>
  );
}
