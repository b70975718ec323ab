import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { FormDialog } from "../parts/form/FormDialog";
import { count, moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import { useMay } from "../shell/session";
import type { SetRow } from "./rows";
import { StartSet } from "./StartSet";

/** Synthetic sets; what did not pass its gate is kept and never listed. */
export function Sets() {
  const { t } = useTranslation();
  const runs = useMay("synthesize.run");
  return (
    <Screen
      title={t("synthesize.title")}
      about={t("synthesize.about")}
      actions={
        runs && (
          <FormDialog label={t("synthesize.start")} about={t("synthesize.start_about")}>
            {(close) => <StartSet close={close} />}
          </FormDialog>
        )
      }
    >
      <DataTable<SetRow>
        path="/synthesize/sets"
        label={t("synthesize.sets")}
        empty={t("synthesize.empty")}
        rowKey={(row) => row.id}
        open={(row) => `/synthesize/sets/${row.id}`}
        narrow={["state"]}
        columns={[
          {
            key: "generator",
            label: t("synthesize.generator"),
            sort: true,
            cell: (row) =>
              t(`synthesize.generators.${row.generator}`, { defaultValue: row.generator }),
          },
          {
            key: "organ",
            label: t("synthesize.organ"),
            sort: true,
            cell: (row) => t(`synthesize.organs.${row.organ}`, { defaultValue: row.organ }),
          },
          {
            key: "state",
            label: t("synthesize.state"),
            sort: true,
            cell: (row) => <State value={row.recalled_at ? "recalled" : row.state} />,
          },
          {
            key: "made",
            label: t("synthesize.made"),
            numeric: true,
            cell: (row) => `${count(row.made)} / ${count(row.wished)}`,
          },
          { key: "seed", label: t("synthesize.seed"), numeric: true, cell: (row) => row.seed },
          {
            key: "created_at",
            label: t("synthesize.since"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
          { key: "sha256", label: "SHA-256", cell: (row) => <Hash value={row.sha256} /> },
        ]}
      />
    </Screen>
  );
}
