import { Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { Screen } from "../parts/Screen";
import { SelectViews, useCaseColumns } from "./columns";
import type { CaseRow } from "./rows";

/** Every judged series and slide. */
export function Cases() {
  const { t } = useTranslation();
  const columns = useCaseColumns();
  return (
    <Screen title={t("select.cases")} about={t("select.cases_about")}>
      <SelectViews />
      <DataTable<CaseRow>
        path="/select/cases"
        label={t("select.cases")}
        empty={t("select.empty")}
        rowKey={(row) => row.verdict_id}
        open={(row) => `/select/cases/${row.id}`}
        narrow={["standing", "modality"]}
        filters={
          <Group gap="xs">
            <Filter
              name="standing"
              label={t("select.standing")}
              options={["accept", "review", "exclude"].map((value) => ({
                value,
                label: t(`parts.state.${value}`),
              }))}
            />
            <Filter
              name="modality"
              label={t("select.modality")}
              options={["CT", "MR", "SM"].map((value) => ({ value, label: value }))}
            />
          </Group>
        }
        columns={columns}
      />
    </Screen>
  );
}
