import { Group, Select, Stack } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Act } from "../parts/Act";
import { count } from "../parts/format";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { Found } from "./Found";
import { ReasonField } from "./ReasonField";
import type { RecallDetail } from "./rows";

const KINDS = ["withdrawal", "leak"];

/** Look before a recall: what it would touch, then act by a typed word. */
export function Preview() {
  const { t } = useTranslation();
  const id = useId();
  const navigate = useNavigate();
  const [kind, setKind] = useState("withdrawal");
  const [reason, setReason] = useState("");
  return (
    <Screen title={t("consent.recall_title")} about={t("consent.recall_about")}>
      <Loaded<{ found: Record<string, Record<string, number>> }>
        path={`/consent/subjects/${id}/recall`}
      >
        {({ found }) => {
          const objects = found.storage?.objects ?? 0;
          const folders = Object.keys(found).length;
          return (
            <Stack gap="md">
              <Section title={t("consent.found")} about={t("consent.found_about")}>
                <Found found={found} />
              </Section>
              <Section title={t("consent.act")}>
                <Group align="flex-end">
                  <Select
                    label={t("consent.kind")}
                    size="xs"
                    allowDeselect={false}
                    value={kind}
                    onChange={(value) => setKind(value ?? "withdrawal")}
                    data={KINDS.map((value) => ({
                      value,
                      label: t(`consent.recall_kind.${value}`),
                    }))}
                  />
                  <ReasonField value={reason} change={setReason} />
                  <Act<RecallDetail>
                    path="/consent/recalls"
                    body={{ subject_id: id, kind, reason: reason.trim() }}
                    label={t("consent.recall_now")}
                    color="red.9"
                    disabled={!reason.trim()}
                    confirm={{
                      type: t("consent.recall_word"),
                      effects: [
                        t("consent.will_destroy_key"),
                        t("consent.will_erase", { n: count(objects) }),
                        t("consent.will_tell", { n: folders }),
                      ],
                    }}
                    done={(recall) => void navigate({ to: `/consent/recalls/${recall.id}` })}
                  />
                </Group>
              </Section>
            </Stack>
          );
        }}
      </Loaded>
    </Screen>
  );
}
