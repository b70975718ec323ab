import { Button, Group, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { Facts } from "../parts/Facts";
import { Form } from "../parts/form/Form";
import { useServerForm } from "../parts/form/useServerForm";
import { count } from "../parts/format";
import { words } from "../parts/Structure";

interface Filled {
  asked: number;
  added: number;
  rejected: Record<string, number>;
}

/** Take every ready case into a draft, and say why the others stayed out. */
export function FillDraft({ version, close }: { version: string; close: () => void }) {
  const { t } = useTranslation();
  const [filled, setFilled] = useState<Filled | null>(null);
  const of = useServerForm({
    path: `/publish/versions/${version}/cases`,
    keep: `fill.${version}`,
    initial: { modality: "CT", limit: "" as number | string },
    body: ({ modality, limit }) => ({
      modality: modality.trim().toUpperCase(),
      limit: limit === "" ? null : Number(limit),
    }),
    done: setFilled,
  });
  const { form } = of;
  if (filled) return <Answer filled={filled} close={close} />;
  return (
    <Form of={of} act={t("publish.fill")} cancel={close}>
      <Group grow align="flex-start">
        <TextInput
          label={t("publish.modality")}
          description={t("publish.modality_about")}
          required
          data-autofocus
          key={form.key("modality")}
          {...form.getInputProps("modality")}
        />
        <NumberInput
          label={t("publish.limit")}
          description={t("publish.limit_about")}
          min={1}
          key={form.key("limit")}
          {...form.getInputProps("limit")}
        />
      </Group>
    </Form>
  );
}

function Answer({ filled, close }: { filled: Filled; close: () => void }) {
  const { t } = useTranslation();
  const said = useCode();
  const say = (code: string) => {
    const known = said("publish.out", code);
    return known === code ? words(code) : known;
  };
  return (
    <Stack gap="sm">
      <Text role="status">
        {t("publish.filled", { added: count(filled.added), asked: count(filled.asked) })}
      </Text>
      {Object.keys(filled.rejected).length > 0 && (
        <Facts
          rows={Object.entries(filled.rejected).map(([code, n]) => [
            say(code),
            t("publish.cases_n", { n: count(n) }),
          ])}
        />
      )}
      <Group justify="flex-end">
        <Button size="xs" onClick={close}>
          {t("parts.close")}
        </Button>
      </Group>
    </Stack>
  );
}
