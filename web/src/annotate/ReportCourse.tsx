import { Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Loaded } from "../parts/Loaded";
import { Section } from "../parts/Section";
import type { Course } from "./types";

/** The examinations of one patient beside each other by RECIST 1.1; nothing without an earlier one. */
export function ReportCourse({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <Loaded<Course | null> path={`/annotate/reports/${id}/course`}>
      {(course) =>
        course && (
          <Section title={t("annotate.course.title")} about={t("annotate.course.about")}>
            <Sizes course={course} />
          </Section>
        )
      }
    </Loaded>
  );
}

function Sizes({ course }: { course: Course }) {
  const { t } = useTranslation();
  const shown = (value: number | null | undefined) =>
    (value ?? null) === null ? "—" : String(value);
  const rows: [string, (string | null)[]][] = [
    ...course.targets.map((one): [string, string[]] => [
      one.name,
      course.sizes.map((sizes) => shown(sizes[one.name])),
    ]),
    [
      t("annotate.course.sum"),
      course.dates.map((_, n) =>
        n === 0
          ? shown(course.assessments[0]?.baseline_mm)
          : shown(course.assessments[n - 1]?.total_mm),
      ),
    ],
    [
      t("annotate.course.from_nadir"),
      course.dates.map((_, n) => (n === 0 ? "" : shown(course.assessments[n - 1]?.from_nadir))),
    ],
    [
      t("annotate.course.overall"),
      course.dates.map((_, n) => (n === 0 ? "" : (course.assessments[n - 1]?.overall ?? ""))),
    ],
  ];
  return (
    <div style={{ overflowX: "auto" }}>
      <Table fz="sm" style={{ fontVariantNumeric: "tabular-nums" }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("annotate.course.target")}</Table.Th>
            {course.dates.map((day) => (
              <Table.Th key={day}>{day}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(([name, cells]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{name}</Table.Th>
              {cells.map((cell, n) => (
                <Table.Td key={course.dates[n]}>{cell}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="xs" c="gray.7" mt={4}>
        {t("annotate.course.note")}
      </Text>
    </div>
  );
}
