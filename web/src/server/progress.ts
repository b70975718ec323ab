export interface JobRow {
  id: string;
  name: string;
  state: string;
  done: number;
  total: number | null;
  attempts: number;
  error: string | null;
  sentence: string | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
}

/** Seconds that a job took, to a tenth. */
export function secondsOf(job: Pick<JobRow, "started_at" | "ended_at">): number | null {
  if (!job.started_at || !job.ended_at) return null;
  return Math.round((Date.parse(job.ended_at) - Date.parse(job.started_at)) / 100) / 10;
}

/** Seconds that are left at the rate so far; null before the first part is done. */
export function secondsLeft(
  job: Pick<JobRow, "started_at" | "done" | "total">,
  now: number,
): number | null {
  if (!job.started_at || !job.total || job.done <= 0) return null;
  const spent = (now - Date.parse(job.started_at)) / 1000;
  return Math.max(0, Math.round((spent / job.done) * (job.total - job.done)));
}
