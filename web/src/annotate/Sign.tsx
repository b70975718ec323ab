import { Alert, List, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, type Page } from "../api";
import { Act } from "../parts/Act";
import { Facts } from "../parts/Facts";
import { moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { Loaded } from "../parts/Loaded";
import { Section } from "../parts/Section";
import { useMay } from "../shell/session";
import { Intact } from "./AfterSigning";
import { LabelFiles } from "./LabelFiles";
import { OneTimeCode } from "./OneTimeCode";
import type { Label, Signature, TaskDetail } from "./types";
import { shortReference } from "./words";

/** What is to be signed, by its hash; or the signature that stands. */
export function Sign({ task }: { task: TaskDetail }) {
  const { t } = useTranslation();
  const may = useMay("annotate.sign");
  const signed = useQuery({
    queryKey: ["/annotate/signatures", task.id],
    queryFn: () => get<Page<Signature>>("/annotate/signatures", { task_id: task.id }),
  });
  if (!task.candidate_id) return null;
  const signature = signed.data?.items[0];
  return (
    <Section title={t("annotate.sign.title")} about={t("annotate.sign.about")}>
      <Loaded<Label> path={`/annotate/labels/${task.candidate_id}`}>
        {(label) => (
          <Stack gap="sm">
            <Facts
              rows={[
                [t("annotate.sign.hash"), <Hash key="hash" value={label.hash} keep={16} />],
                [t("annotate.sign.vocabulary"), shortReference(label.vocabulary)],
                [t("annotate.sign.origin"), t(`annotate.origin.${label.origin}`)],
                [t("annotate.sign.absent"), label.absent.join(", ") || "—"],
                ...(signature
                  ? ([
                      [t("annotate.sign.signed_at"), moment(signature.created_at)],
                      [t("annotate.sign.number"), signature.number],
                      [t("annotate.sign.report"), <Hash key="r" value={signature.report_sha256} />],
                    ] as [string, React.ReactNode][])
                  : []),
              ]}
            />
            {!signature && task.state === "review" && may && (
              <OneTimeCode>
                <Act
                  path={`/annotate/tasks/${task.id}/sign`}
                  label={t("annotate.sign.act")}
                  w="fit-content"
                  confirm={{
                    effects: [
                      t("annotate.sign.effect_bound", { hash: label.hash.slice(0, 16) }),
                      t("annotate.sign.effect_used"),
                      t("annotate.sign.effect_seen"),
                    ],
                    type: label.hash.slice(0, 8),
                  }}
                />
              </OneTimeCode>
            )}
            <LabelFiles task={task} label={label} />
            {signature && <Intact signature={signature.id} />}
            {signature && (
              <Alert color="gray.7" variant="outline" title={t("annotate.sign.note")}>
                <Text component="pre" size="xs" ff="monospace" m={0} style={{ overflowX: "auto" }}>
                  {signature.note}
                </Text>
              </Alert>
            )}
          </Stack>
        )}
      </Loaded>
      {task.state === "excluded" && (
        <List size="sm">
          <List.Item>{task.reason}</List.Item>
        </List>
      )}
    </Section>
  );
}
