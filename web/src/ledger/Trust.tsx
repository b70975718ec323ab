import { Alert, Button, Code, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { API, text } from "../api";
import { Act } from "../parts/Act";
import { useCode } from "../parts/code";
import { Facts } from "../parts/Facts";
import { Figure } from "../parts/Figure";
import { count } from "../parts/format";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { useMay } from "../shell/session";
import { LedgerViews } from "./Anchors";

interface Bundle {
  format: string;
  origin: string;
  log: string;
  witnesses: string[];
  quorum: number;
}

interface Check {
  entries: number;
  checkpoints: number;
  findings: Record<string, number>;
}

/** What somebody needs who checks receipts without this platform; and the log's own check. */
export function Trust() {
  const { t } = useTranslation();
  const said = useCode();
  const mayCheck = useMay("ledger.check");
  const [found, setFound] = useState<Check | null>(null);
  const note = useQuery({
    queryKey: ["/ledger/checkpoint"],
    queryFn: () => text("/ledger/checkpoint"),
    retry: false,
  });
  const findings = Object.entries(found?.findings ?? {}).filter(([, n]) => n > 0);
  return (
    <Screen
      title={t("ledger.trust")}
      about={t("ledger.trust_about")}
      actions={
        <Button component="a" size="xs" href={`${API}/ledger/trust`} download="trust.json">
          {t("ledger.trust_download")}
        </Button>
      }
    >
      <LedgerViews />
      <Loaded<Bundle> path="/ledger/trust">
        {(bundle) => (
          <Facts
            rows={[
              [t("ledger.origin"), bundle.origin],
              [t("ledger.log_key"), <Code key="log">{bundle.log}</Code>],
              [t("ledger.witnesses"), count(bundle.witnesses.length)],
              [t("ledger.quorum"), count(bundle.quorum)],
            ]}
          />
        )}
      </Loaded>
      {note.data && (
        <Section title={t("ledger.checkpoint")} about={t("ledger.checkpoint_about")}>
          <Code block tabIndex={0}>
            {note.data}
          </Code>
        </Section>
      )}
      {mayCheck && (
        <Section
          title={t("ledger.check")}
          about={t("ledger.check_about")}
          actions={
            <Act<Check> path="/ledger/check" label={t("ledger.check_now")} done={setFound} />
          }
        >
          {found && (
            <Group gap="sm" align="stretch" aria-live="polite">
              <Figure label={t("ledger.entries")} value={count(found.entries)} />
              <Figure label={t("ledger.checkpoints")} value={count(found.checkpoints)} />
              <Alert
                color={findings.length ? "red.9" : "teal.9"}
                variant="outline"
                title={t(findings.length ? "ledger.broken" : "ledger.whole")}
              >
                {findings.map(([code, n]) => `${said("ledger.finding", code)}: ${n}`).join(" · ")}
              </Alert>
            </Group>
          )}
        </Section>
      )}
    </Screen>
  );
}
