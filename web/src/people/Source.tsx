import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Page } from "../api";
import { FormDialog } from "../parts/form/FormDialog";
import { Loaded } from "../parts/Loaded";
import { useMay } from "../shell/session";
import { AddSite } from "./AddSite";

interface SiteRow {
  id: string;
  code: string;
  region: string | null;
}

/** Whether a hospital sends data, under which code; and the way to begin. */
export function Source({ hospital }: { hospital: string }) {
  const { t } = useTranslation();
  const manages = useMay("people.manage");
  return (
    <Loaded<Page<SiteRow>> path="/subjects/sites" query={{ id: hospital, limit: 1 }}>
      {({ items: [site] }) =>
        site ? (
          <>
            {site.code}
            {site.region && ` · ${site.region}`}
          </>
        ) : (
          <>
            <Text span size="sm" mr="sm">
              {t("people.no_site")}
            </Text>
            {manages && (
              <FormDialog label={t("people.make_site")} variant="default">
                {(close) => <AddSite hospital={hospital} close={close} />}
              </FormDialog>
            )}
          </>
        )
      }
    </Loaded>
  );
}
