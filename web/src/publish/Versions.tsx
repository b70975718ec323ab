import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { FormDialog } from "../parts/form/FormDialog";
import { count, moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import type { Search } from "../shell/search";
import { useMay } from "../shell/session";
import { PublishViews } from "./Datasets";
import { OpenDraft } from "./OpenDraft";
import type { VersionRow } from "./rows";

/** Versions of datasets: drafts that grow, frozen ones that never change. */
export function Versions() {
  const { t } = useTranslation();
  const drafts = useMay("publish.draft");
  const { dataset } = useSearch({ strict: false }) as Search;
  return (
    <Screen
      title={t("publish.versions")}
      about={t("publish.versions_about")}
      actions={
        drafts && (
          <FormDialog label={t("publish.open_draft")}>
            {(close) => <OpenDraft close={close} {...(dataset ? { dataset } : {})} />}
          </FormDialog>
        )
      }
    >
      <PublishViews />
      <DataTable<VersionRow>
        path="/publish/versions"
        label={t("publish.versions")}
        empty={t("publish.no_versions")}
        rowKey={(row) => row.id}
        open={(row) => `/publish/versions/${row.id}`}
        narrow={["state", "dataset"]}
        filters={
          <Filter
            name="state"
            label={t("publish.state")}
            options={["draft", "frozen"].map((value) => ({
              value,
              label: t(`parts.state.${value}`),
            }))}
          />
        }
        columns={[
          {
            key: "dataset",
            label: t("publish.dataset"),
            sort: true,
            cell: (row) => `${row.dataset} ${row.number}`,
          },
          {
            key: "state",
            label: t("publish.state"),
            sort: true,
            cell: (row) => <State value={row.state} />,
          },
          {
            key: "patients",
            label: t("publish.patients"),
            numeric: true,
            cell: (row) => count(row.patients),
          },
          {
            key: "cases",
            label: t("publish.cases"),
            numeric: true,
            cell: (row) => count(row.cases),
          },
          { key: "made", label: t("publish.made"), numeric: true, cell: (row) => count(row.made) },
          {
            key: "recalled",
            label: t("publish.recalled"),
            numeric: true,
            cell: (row) => count(row.recalled),
          },
          {
            key: "frozen_at",
            label: t("publish.frozen_at"),
            sort: true,
            cell: (row) => moment(row.frozen_at),
          },
          {
            key: "version_hash",
            label: t("publish.hash"),
            cell: (row) => <Hash value={row.version_hash} />,
          },
        ]}
      />
    </Screen>
  );
}
