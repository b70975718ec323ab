import { Group, NumberInput, Select, SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../api";
import { useWords } from "../parts/code";
import { Form } from "../parts/form/Form";
import { useServerForm } from "../parts/form/useServerForm";
import { useRows } from "../parts/rows";

interface Version {
  id: string;
  dataset: string;
  number: string;
}

interface Generator {
  name: string;
  params: Record<string, number>;
}

const ORGANS = ["liver", "kidney", "spleen", "lung"];

/** Begin to synthesise a set on the train side of a frozen version. */
export function StartSet({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const said = useWords();
  const navigate = useNavigate();
  const versions = useRows<Version>("/publish/versions", { state: "frozen", sort: "-frozen_at" });
  const path = "/synthesize/generators";
  const found = useQuery({ queryKey: [path], queryFn: () => get<Generator[]>(path) });
  const [params, setParams] = useState<Record<string, number>>({});
  const of = useServerForm({
    path: "/synthesize/sets",
    keep: "synthesize",
    initial: {
      version_id: null as string | null,
      generator: "procedural_lesion",
      organ: "liver",
      count: 3 as number | string,
      seed: 0 as number | string,
    },
    body: (values) => ({ ...values, params }),
    done: (made: { set_id: string }) => void navigate({ to: `/synthesize/sets/${made.set_id}` }),
  });
  const { form } = of;
  const chosen = found.data?.find((one) => one.name === form.getValues().generator);
  return (
    <Form of={of} act={t("synthesize.start")} cancel={close}>
      <Select
        label={t("synthesize.version")}
        description={t("synthesize.version_about")}
        required
        searchable
        data={versions.map((one) => ({ value: one.id, label: `${one.dataset} ${one.number}` }))}
        key={form.key("version_id")}
        {...form.getInputProps("version_id")}
      />
      <Group grow align="flex-start">
        <Select
          label={t("synthesize.generator")}
          allowDeselect={false}
          data={(found.data ?? []).map(({ name }) => ({
            value: name,
            label: t(`synthesize.generators.${name}`, { defaultValue: name }),
          }))}
          key={`${form.key("generator")}${found.data?.length}`}
          {...form.getInputProps("generator")}
        />
        <Select
          label={t("synthesize.organ")}
          allowDeselect={false}
          data={ORGANS.map((value) => ({ value, label: t(`synthesize.organs.${value}`) }))}
          key={form.key("organ")}
          {...form.getInputProps("organ")}
        />
      </Group>
      <Group grow align="flex-start">
        <NumberInput
          label={t("synthesize.count")}
          required
          min={1}
          max={10_000}
          key={form.key("count")}
          {...form.getInputProps("count")}
        />
        <NumberInput
          label={t("synthesize.seed")}
          description={t("synthesize.seed_about")}
          min={0}
          key={form.key("seed")}
          {...form.getInputProps("seed")}
        />
      </Group>
      {chosen && (
        <details>
          <Text component="summary" size="sm" mb="xs">
            {t("synthesize.params")}
          </Text>
          <SimpleGrid cols={3} spacing="xs">
            {Object.entries(chosen.params).map(([name, usual]) => (
              <NumberInput
                key={name}
                size="xs"
                label={said("synthesize.data", name)}
                defaultValue={usual}
                hideControls
                onChange={(value) =>
                  setParams((now) => ({ ...now, [name]: value === "" ? usual : Number(value) }))
                }
              />
            ))}
          </SimpleGrid>
        </details>
      )}
    </Form>
  );
}
