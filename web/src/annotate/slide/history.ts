import type { Element } from "./element";

interface Act {
  id: string;
  before: Element | null;
  after: Element;
}

/** Unlimited undo and redo of elements; an undo is one more revision of each. */
export class ElementHistory {
  private readonly done: Act[][] = [];
  private undone: Act[][] = [];

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  push(acts: Act[]): void {
    this.done.push(acts);
    this.undone = [];
  }

  /** What to write so that the last act is taken back. */
  undo(): Element[] {
    const acts = this.done.pop();
    if (!acts) return [];
    this.undone.push(acts);
    return acts.map(({ before, after }) => before ?? { ...after, deleted: true });
  }

  redo(): Element[] {
    const acts = this.undone.pop();
    if (!acts) return [];
    this.done.push(acts);
    return acts.map(({ after }) => after);
  }
}
