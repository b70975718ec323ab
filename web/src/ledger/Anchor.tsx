import { Button, Code, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { API } from "../api";
import { useCode } from "../parts/code";
import { Facts } from "../parts/Facts";
import { moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import { Structure } from "../parts/Structure";
import type { AnchorRow } from "./rows";

/** One record: what was committed to, and the receipt that proves it offline. */
export function Anchor() {
  const { t } = useTranslation();
  const said = useCode();
  return (
    <Loaded<AnchorRow & { payload: Record<string, unknown> | null }>
      path={`/ledger/anchors/${useId()}`}
    >
      {(anchor) => (
        <Screen
          title={said("ledger.kinds", anchor.kind)}
          about={moment(anchor.created_at)}
          actions={
            <>
              <State value={anchor.state} />
              {anchor.state === "anchored" && anchor.payload && (
                <Button
                  component="a"
                  size="xs"
                  href={`${API}/ledger/anchors/${anchor.id}/receipt`}
                  download="receipt.json"
                >
                  {t("ledger.receipt")}
                </Button>
              )}
            </>
          }
        >
          <Facts
            rows={[
              [t("ledger.key"), <Hash key="k" value={anchor.key} keep={20} />],
              [t("ledger.ledger"), anchor.ledger],
              [t("ledger.index"), anchor.index],
              [t("ledger.anchored"), moment(anchor.anchored_at)],
              [t("ledger.commitment"), <Hash key="c" value={anchor.commitment} keep={20} />],
            ]}
          />
          <Section title={t("ledger.payload")} about={t("ledger.payload_about")}>
            {anchor.payload ? (
              <Structure value={anchor.payload} group="ledger.data" />
            ) : (
              <Text size="sm" c="gray.7">
                {t("ledger.payload_gone")}
              </Text>
            )}
          </Section>
          <Section title={t("ledger.verify")} about={t("ledger.verify_about")}>
            <Code block tabIndex={0}>
              renkei verify FOLDER --receipt receipt.json --trust trust.json
            </Code>
          </Section>
        </Screen>
      )}
    </Loaded>
  );
}
