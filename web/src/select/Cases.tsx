import { Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { Screen } from "../parts/Screen";
import { CaseFilters } from "./CaseFilters";
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
            <CaseFilters />
          </Group>
        }
        columns={columns}
      />
    </Screen>
  );
}
