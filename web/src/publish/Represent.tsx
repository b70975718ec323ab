import { Grid, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { Figure } from "../parts/Figure";
import { count } from "../parts/format";
import { Loaded } from "../parts/Loaded";
import { Plot } from "../parts/Plot";
import { Section } from "../parts/Section";
import { Structure } from "../parts/Structure";

interface Axis {
  name: string;
  patients: number;
  rows: Record<string, unknown>[];
  distance: number | null;
  coverage: number | null;
  effective_patients: number | null;
  chart: object;
}

interface Represented {
  patients: number;
  not_counted: number;
  reference: string;
  axes: Axis[];
}

/** Who is in the version, beside the world where a reference is known. */
export function Represent({ id }: { id: string }) {
  const { t } = useTranslation();
  const said = useCode();
  return (
    <Loaded<Represented> path={`/publish/versions/${id}/represent`}>
      {(found) => (
        <>
          <Group gap="sm" mb="md">
            <Figure label={t("publish.counted")} value={count(found.patients)} />
            <Figure
              label={t("publish.not_counted")}
              value={count(found.not_counted)}
              note={t("publish.not_counted_about")}
            />
          </Group>
          {found.axes.map((axis) => (
            <Section
              key={axis.name}
              title={said("publish.axis", axis.name)}
              about={t("publish.axis_about", { n: count(axis.patients) })}
            >
              <Grid gap="lg" mb="lg">
                <Grid.Col span={{ base: 12, lg: 6 }}>
                  <Plot
                    spec={axis.chart}
                    caption={t("publish.axis_caption", { axis: said("publish.axis", axis.name) })}
                  />
                </Grid.Col>
                <Grid.Col span={{ base: 12, lg: 6 }}>
                  <Structure value={axis.rows} group="publish.data" />
                </Grid.Col>
              </Grid>
            </Section>
          ))}
          {found.reference && (
            <Text size="xs" c="gray.7">
              {t("publish.reference")}: {found.reference}
            </Text>
          )}
        </>
      )}
    </Loaded>
  );
}
